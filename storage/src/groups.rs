//! Groups of people, with leaders (a teacher) and a time after which their members' conversations go.

use sqlx::SqliteConnection;

use crate::Storage;
use crate::error::{Result, found};
use crate::ids::{new_id, now_ms};
use crate::users::{can_sign_in, name_key, name_taken};
use crate::{GenerationState, UserRole};

#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct GroupRow {
    pub id: String,
    pub name: String,
    /// Conversations of its members are removed so long after their last use.
    pub retention_days: Option<u32>,
}

/// Somebody in a group.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct MemberRow {
    pub group_id: String,
    pub user_id: String,
    pub name: String,
    pub role: UserRole,
    pub is_leader: bool,
    pub disabled_at_ms: Option<i64>,
    /// As for a `UserRow`.
    pub has_password: bool,
}

impl MemberRow {
    /// Whether a leader may give a code: with one for an account in use they could read in it.
    pub fn can_get_code(&self) -> bool {
        !self.has_password && self.disabled_at_ms.is_none() && self.role != UserRole::Administrator
    }
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The days after which things of an owner go; NULL (which is never over): they stay. $1 is now, $2 a day.
macro_rules! retention {
    ($owner:literal) => {
        concat!(
            "(SELECT MIN(g.retention_days) FROM groups g JOIN group_members m ON m.group_id = g.id
              JOIN users u ON u.id = m.user_id
              WHERE m.user_id = ",
            $owner,
            " AND NOT m.is_leader AND u.disabled_at_ms IS NULL
              AND g.retention_since_ms <= $1 - $2 AND m.since_ms <= $1 - $2)"
        )
    };
}
impl Storage {
    /// By name.
    pub async fn groups(&self) -> Result<Vec<GroupRow>> {
        Ok(sqlx::query_as("SELECT id, name, retention_days FROM groups ORDER BY name_key")
            .fetch_all(self.readers())
            .await?)
    }

    /// Of all groups, leaders first, by name.
    pub async fn group_members(&self) -> Result<Vec<MemberRow>> {
        Ok(sqlx::query_as(concat!(
            "SELECT m.group_id, m.user_id, u.name, u.role, m.is_leader, u.disabled_at_ms, ",
            can_sign_in!(),
            " AS has_password
             FROM group_members m JOIN users u ON u.id = m.user_id
             ORDER BY m.group_id, m.is_leader DESC, u.name_key"
        ))
        .fetch_all(self.readers())
        .await?)
    }

    /// The groups that `user_id` leads, by name.
    pub async fn groups_led_by(&self, user_id: &str) -> Result<Vec<GroupRow>> {
        Ok(sqlx::query_as(
            "SELECT g.id, g.name, g.retention_days FROM groups g JOIN group_members m ON m.group_id = g.id
             WHERE m.user_id = $1 AND m.is_leader ORDER BY g.name_key",
        )
        .bind(user_id)
        .fetch_all(self.readers())
        .await?)
    }

    pub async fn add_group(&self, name: &str, retention_days: Option<u32>) -> Result<String> {
        let id = new_id();
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO groups (id, name, name_key, retention_days, retention_since_ms, created_at_ms)
             VALUES ($1, $2, $3, $4, $5, $5)",
        )
        .bind(&id)
        .bind(name)
        .bind(name_key(name))
        .bind(retention_days)
        .bind(now_ms())
        .execute(&mut *transaction)
        .await
        .map_err(name_taken)?;
        transaction.commit().await?;
        Ok(id)
    }

    pub async fn change_group(&self, id: &str, name: &str, retention_days: Option<u32>) -> Result<()> {
        let mut transaction = self.write().await?;
        let changed = sqlx::query(
            "UPDATE groups SET name = $2, name_key = $3, retention_days = $4,
                               retention_since_ms = CASE WHEN retention_days = $4 THEN retention_since_ms ELSE $5 END
             WHERE id = $1",
        )
        .bind(id)
        .bind(name)
        .bind(name_key(name))
        .bind(retention_days)
        .bind(now_ms())
        .execute(&mut *transaction)
        .await
        .map_err(name_taken)?;
        found(changed.rows_affected())?;
        Ok(transaction.commit().await?)
    }

    /// Its members stay.
    pub async fn delete_group(&self, id: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        let deleted = sqlx::query("DELETE FROM groups WHERE id = $1").bind(id).execute(&mut *transaction).await?;
        found(deleted.rows_affected())?;
        Ok(transaction.commit().await?)
    }

    /// Makes somebody a member, or a leader.
    pub async fn set_group_member(&self, group_id: &str, user_id: &str, is_leader: bool) -> Result<()> {
        let mut transaction = self.write().await?;
        set_member(&mut transaction, group_id, user_id, is_leader).await?;
        Ok(transaction.commit().await?)
    }

    pub async fn remove_group_member(&self, group_id: &str, user_id: &str) -> Result<()> {
        let mut transaction = self.write().await?;
        let removed = sqlx::query("DELETE FROM group_members WHERE group_id = $1 AND user_id = $2")
            .bind(group_id)
            .bind(user_id)
            .execute(&mut *transaction)
            .await?;
        found(removed.rows_affected())?;
        Ok(transaction.commit().await?)
    }

    /// Removes for good what members of groups with a retention time did not use for so long, with pictures that are in
    /// nothing else; of several groups the shortest time counts. Leaders keep theirs, and so do disabled accounts. Nothing
    /// goes within a day of a change of the time or the members: a slip can be put right. Answers in the making stay.
    pub async fn expire_conversations(&self) -> Result<u64> {
        let now_ms = now_ms();
        let mut transaction = self.write().await?;
        let expired = sqlx::query(concat!(
            "DELETE FROM conversations WHERE updated_at_ms <= $1 - $2 * ",
            retention!("conversations.owner_id"),
            " AND NOT EXISTS (SELECT 1 FROM generations r WHERE r.conversation_id = conversations.id AND r.state = $3)"
        ))
        .bind(now_ms)
        .bind(DAY_MS)
        .bind(GenerationState::Running)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        sqlx::query(concat!(
            "DELETE FROM pictures WHERE created_at_ms <= $1 - $2 * ",
            retention!("pictures.owner_id"),
            " AND NOT EXISTS (SELECT 1 FROM message_pictures m WHERE m.picture_id = pictures.id)
              AND NOT EXISTS (SELECT 1 FROM conversations c WHERE c.first_picture_id = pictures.id)"
        ))
        .bind(now_ms)
        .bind(DAY_MS)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(expired)
    }
}

/// NotFound where there is no such group or nobody of that id.
pub(crate) async fn set_member(
    connection: &mut SqliteConnection,
    group_id: &str,
    user_id: &str,
    is_leader: bool,
) -> Result<()> {
    let set = sqlx::query(
        "INSERT INTO group_members (group_id, user_id, is_leader, since_ms)
         SELECT g.id, u.id, $3, $4 FROM groups g, users u WHERE g.id = $1 AND u.id = $2
         ON CONFLICT (group_id, user_id) DO UPDATE SET
             since_ms = CASE WHEN group_members.is_leader = excluded.is_leader THEN group_members.since_ms
                             ELSE excluded.since_ms END,
             is_leader = excluded.is_leader",
    )
    .bind(group_id)
    .bind(user_id)
    .bind(is_leader)
    .bind(now_ms())
    .execute(connection)
    .await?;
    found(set.rows_affected())
}
