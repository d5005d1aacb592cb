use serde::{Deserialize, Serialize};

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TeamRole {
    Administrator,
    Member,
    /// With lower limits.
    Guest,
}

impl TeamRole {
    pub const ALL: [TeamRole; 3] = [TeamRole::Administrator, TeamRole::Member, TeamRole::Guest];

    /// As forms send it.
    pub const fn code(self) -> &'static str {
        match self {
            TeamRole::Administrator => "administrator",
            TeamRole::Member => "member",
            TeamRole::Guest => "guest",
        }
    }

    pub fn from_code(code: &str) -> Option<TeamRole> {
        TeamRole::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// Who looks at the page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    pub name: String,
    pub role: TeamRole,
    pub leads_groups: bool,
    /// None by single sign-on.
    pub has_password: bool,
}

/// Who asks. Made by the server's session middleware and by nothing else; every backend call takes one.
/// Personal mode is a team of one: its caller is the only user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub user_id: String,
    /// Of the browser that asks.
    pub session_id: String,
    pub role: TeamRole,
    /// Whether there are others: one person alone has no limits and nobody to administrate.
    pub is_team: bool,
}
