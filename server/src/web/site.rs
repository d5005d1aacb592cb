//! Where browsers reach this server, and by which door people come in.

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum_extra::extract::cookie::{Cookie, SameSite};
use http::{HeaderMap, request::Parts};

use super::{AppState, personal_link::PersonalLink};
use crate::{
    public_url::{PublicUrl, is_loopback},
    time::DAY_MS,
};

/// How people come in.
pub enum Door {
    /// One person, by a link with a key; from this machine only.
    Personal(PersonalLink),
    /// A team, by accounts.
    Team,
}

pub struct Site {
    pub door: Door,
    address: SocketAddr,
    public_url: Option<PublicUrl>,
    /// Whose word on where a request comes from is taken.
    trusted_proxies: Vec<IpAddr>,
}

impl Site {
    pub fn personal(address: SocketAddr, link: PersonalLink) -> Site {
        Site { door: Door::Personal(link), address, public_url: None, trusted_proxies: Vec::new() }
    }

    pub fn team(address: SocketAddr, public_url: Option<PublicUrl>, trusted_proxies: Vec<IpAddr>) -> Site {
        Site { door: Door::Team, address, public_url, trusted_proxies }
    }

    pub fn is_team(&self) -> bool {
        matches!(self.door, Door::Team)
    }

    /// Whether requests may come through a proxy: only where it is known under which name.
    pub fn may_be_forwarded(&self) -> bool {
        self.is_team() && self.public_url.is_some()
    }

    /// What links begin with.
    pub fn origin(&self) -> String {
        self.public_url.as_ref().map_or_else(|| format!("http://{}", self.address), PublicUrl::to_string)
    }

    /// Whether browsers come by TLS.
    pub fn is_https(&self) -> bool {
        self.public_url.as_ref().is_some_and(|url| url.is_https)
    }

    /// Whether a `Host` is a name of ours: a foreign page could make its own name point here (DNS rebinding).
    pub fn is_our_host(&self, host: &str) -> bool {
        match &self.public_url {
            Some(url) => url.authority == host.to_ascii_lowercase(),
            None => is_loopback(host),
        }
    }

    /// Whether a page of `origin` is one of ours; `host` is ours.
    pub fn is_our_origin(&self, origin: &str, host: &str) -> bool {
        match &self.public_url {
            Some(url) => url.to_string() == origin,
            None => origin == format!("http://{host}"),
        }
    }

    pub fn cookie_name(&self) -> String {
        self.name_of_cookie("session")
    }

    /// Cookies know no ports: two servers on one machine must not overwrite each other's. Behind TLS the prefix binds it
    /// to this very host.
    pub fn name_of_cookie(&self, what: &str) -> String {
        let port = match &self.public_url {
            Some(url) => url.port(),
            None => Some(self.address.port()),
        };
        let name = port.map_or_else(|| format!("chaton_{what}"), |port| format!("chaton_{what}_{port}"));
        if self.is_https() { format!("__Host-{name}") } else { name }
    }

    /// The cookie of a session. `Lax` in a team: who comes by a link in a mail is signed in.
    pub fn cookie(&self, token: String) -> Cookie<'static> {
        let mut cookie = Cookie::new(self.cookie_name(), token);
        cookie.set_path("/");
        cookie.set_http_only(true);
        cookie.set_secure(self.is_https());
        cookie.set_same_site(if self.is_team() { SameSite::Lax } else { SameSite::Strict });
        // As long as browsers allow; the session in the database ends it.
        cookie.make_permanent();
        cookie
    }

    /// Takes the place of the session's cookie and is gone at once.
    pub fn no_cookie(&self) -> Cookie<'static> {
        let mut cookie = self.cookie(String::new());
        cookie.make_removal();
        cookie
    }

    /// How long a browser stays signed in: a year on the person's own machine, a month in a team.
    pub fn session_lifetime_ms(&self) -> i64 {
        if self.is_team() { 30 * DAY_MS } else { 365 * DAY_MS }
    }

    /// Where a request comes from. A trusted proxy says for whom it asks; what others say of themselves counts for nothing.
    pub fn client_address(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let is_trusted = |address: &IpAddr| self.trusted_proxies.contains(&address.to_canonical());
        let peer = peer?.to_canonical();
        if !is_trusted(&peer) {
            return Some(peer);
        }
        // The last one that is no proxy of ours: whoever asks may have written the ones before. After what is no address
        // nothing is believed.
        let forwarded = headers.get_all("x-forwarded-for").iter().map(|value| value.to_str().unwrap_or_default());
        let addresses: Vec<Option<IpAddr>> = forwarded.flat_map(|list| list.split(',')).map(address_in).collect();
        addresses.into_iter().rfind(|address| !address.as_ref().is_some_and(is_trusted)).flatten().or(Some(peer))
    }
}

/// As proxies write it: an address, or one with a port.
fn address_in(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let address = text.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

/// The address of whoever asks; None where a router is tried without a connection.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub Option<IpAddr>);

impl FromRequestParts<AppState> for ClientAddress {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
        Ok(Self(state.site.client_address(peer, &parts.headers)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn team(url: Option<&str>, proxies: &[&str]) -> Site {
        let proxies = proxies.iter().map(|proxy| proxy.parse().unwrap()).collect();
        Site::team("0.0.0.0:3000".parse().unwrap(), url.map(|url| url.parse().unwrap()), proxies)
    }

    #[test]
    fn a_public_address_is_the_only_one() {
        let site = team(Some("https://chat.example.org"), &[]);
        assert!(site.is_our_host("chat.example.org") && site.is_our_host("Chat.Example.ORG"));
        for host in ["localhost", "127.0.0.1:3000", "chat.example.org:3000", "evil.example", ""] {
            assert!(!site.is_our_host(host), "{host}");
        }
        assert!(site.is_our_origin("https://chat.example.org", "chat.example.org"));
        for origin in ["http://chat.example.org", "https://chat.example.org:8443", "https://evil.example", "null"] {
            assert!(!site.is_our_origin(origin, "chat.example.org"), "{origin}");
        }
        let cookie = site.cookie("token".into()).to_string();
        for part in ["__Host-chaton_session=token", "HttpOnly", "Secure", "SameSite=Lax", "Path=/"] {
            assert!(cookie.contains(part), "{cookie}");
        }
    }

    #[test]
    fn without_one_only_this_machine_is_served() {
        let site = team(None, &[]);
        assert!(site.is_our_host("localhost:3000") && !site.is_our_host("chat.example.org"));
        assert!(site.is_our_origin("http://localhost:3000", "localhost:3000"));
        let cookie = site.cookie("token".into()).to_string();
        assert!(cookie.contains("chaton_session_3000=token") && !cookie.contains("Secure"), "{cookie}");
    }

    #[test]
    fn only_a_trusted_proxy_says_for_whom_it_asks() {
        let site = team(Some("https://chat.example.org"), &["10.0.0.1", "10.0.0.2"]);
        let address = |peer: &str, forwarded: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in forwarded {
                headers.append("x-forwarded-for", value.parse().unwrap());
            }
            site.client_address(Some(peer.parse().unwrap()), &headers).unwrap().to_string()
        };
        assert_eq!(address("192.0.2.7", &["198.51.100.1"]), "192.0.2.7", "a stranger's word");
        assert_eq!(address("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(address("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(address("10.0.0.1", &["1.2.3.4, 198.51.100.1, 10.0.0.2"]), "198.51.100.1", "the first is made up");
        assert_eq!(address("10.0.0.1", &["1.2.3.4", "198.51.100.1"]), "198.51.100.1");
        assert_eq!(address("10.0.0.1", &["1.2.3.4, 198.51.100.1:4711"]), "198.51.100.1");
        assert_eq!(address("10.0.0.1", &["1.2.3.4, unknown"]), "10.0.0.1", "what came before is the client's word");
        assert_eq!(address("10.0.0.1", &[]), "10.0.0.1");
        assert_eq!(site.client_address(None, &HeaderMap::new()), None);
    }
}
