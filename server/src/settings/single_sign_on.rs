//! The settings of single sign-on: the provider, what we are there, and what its groups mean here.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use openidconnect::{ClientId, ClientSecret, IssuerUrl};
use storage::UserRole;

use crate::cli::SsoArguments;

#[derive(Clone, Debug)]
pub struct SsoSettings {
    pub issuer: IssuerUrl,
    pub client_id: ClientId,
    /// Its `Debug` shows nothing of it.
    pub client_secret: Option<ClientSecret>,
    /// What people call the provider.
    pub name: String,
    pub groups: GroupRoles,
}

/// Which of the provider's groups may come in, and as what.
#[derive(Clone, Debug)]
pub struct GroupRoles {
    /// Where the provider lists them.
    pub claim: String,
    pub administrators: Option<String>,
    pub members: Option<String>,
    pub guests: Option<String>,
}

/// What somebody's groups make of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Groups mean nothing here: everybody may come in, and roles are given here.
    Unsaid,
    As(UserRole),
    /// In no group that may come in.
    Nobody,
}

impl SsoSettings {
    /// None without a provider.
    pub fn from_arguments(arguments: SsoArguments) -> Result<Option<SsoSettings>> {
        let Some((issuer, client_id)) = arguments.sso_issuer.zip(arguments.sso_client_id) else { return Ok(None) };
        Ok(Some(SsoSettings {
            issuer,
            client_id: ClientId::new(client_id),
            client_secret: arguments.sso_client_secret_file.as_deref().map(read_secret).transpose()?,
            name: arguments.sso_name,
            groups: GroupRoles {
                claim: arguments.sso_groups_claim,
                administrators: arguments.sso_administrators,
                members: arguments.sso_members,
                guests: arguments.sso_guests,
            },
        }))
    }
}

fn read_secret(file: &Path) -> Result<ClientSecret> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("--sso-client-secret-file {} cannot be read", file.display()))?;
    let secret = text.trim();
    if secret.is_empty() {
        bail!("--sso-client-secret-file {} is empty; write the provider's secret into it", file.display());
    }
    Ok(ClientSecret::new(secret.to_owned()))
}

impl GroupRoles {
    /// Best first.
    fn roles(&self) -> [(Option<&String>, UserRole); 3] {
        [
            (self.administrators.as_ref(), UserRole::Administrator),
            (self.members.as_ref(), UserRole::Member),
            (self.guests.as_ref(), UserRole::Guest),
        ]
    }

    /// Whether groups mean anything here.
    pub fn matter(&self) -> bool {
        self.roles().iter().any(|(group, _)| group.is_some())
    }

    pub fn standing(&self, groups: &[String]) -> Standing {
        if !self.matter() {
            return Standing::Unsaid;
        }
        let is_in = |group: Option<&String>| group.is_some_and(|group| groups.contains(group));
        let best = self.roles().into_iter().find(|(group, _)| is_in(*group));
        best.map_or(Standing::Nobody, |(_, role)| Standing::As(role))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn standing(roles: [Option<&str>; 3], groups: &[&str]) -> Standing {
        let [administrators, members, guests] = roles.map(|group| group.map(str::to_owned));
        let claim = "groups".to_owned();
        let groups: Vec<String> = groups.iter().map(|group| (*group).to_owned()).collect();
        GroupRoles { claim, administrators, members, guests }.standing(&groups)
    }

    #[test]
    fn the_best_of_somebodys_groups_counts() {
        let all = [Some("heads"), Some("staff"), Some("visitors")];
        assert_eq!(standing(all, &["visitors", "staff", "heads"]), Standing::As(UserRole::Administrator));
        assert_eq!(standing(all, &["visitors", "staff"]), Standing::As(UserRole::Member));
        assert_eq!(standing(all, &["visitors", "others"]), Standing::As(UserRole::Guest));
        let nobody: [&[&str]; 5] = [&[], &["others"], &["Staff"], &["staff "], &[""]];
        for groups in nobody {
            assert_eq!(standing(all, groups), Standing::Nobody, "{groups:?}");
        }
        let some = [Some("heads"), None, None];
        assert_eq!(standing(some, &["staff"]), Standing::Nobody);
        assert_eq!(standing(some, &["heads"]), Standing::As(UserRole::Administrator));
    }

    #[test]
    fn without_groups_everybody_may_come() {
        assert_eq!(standing([None; 3], &["heads"]), Standing::Unsaid);
        assert_eq!(standing([None; 3], &[]), Standing::Unsaid);
    }

    #[test]
    fn the_secret_comes_without_its_line_end_and_is_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("secret");
        assert!(read_secret(&file).unwrap_err().to_string().contains("cannot be read"));
        fs::write(&file, " \n").unwrap();
        assert!(read_secret(&file).unwrap_err().to_string().contains("is empty"));
        fs::write(&file, "s3cret\r\n").unwrap();
        let secret = read_secret(&file).unwrap();
        assert_eq!(secret.secret(), "s3cret");
        assert!(!format!("{secret:?}").contains("s3cret"));
    }
}
