//! The address under which people reach a team's server: for links, cookies and the check of `Host` and `Origin`.

use std::{fmt, net::IpAddr, str::FromStr};

use http::Uri;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    pub is_https: bool,
    /// In small letters; with a port where it is not the usual one: what browsers send as `Host`.
    pub authority: String,
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text} is no address of a server; write it like https://chat.example.org");
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong()),
        };
        let authority = uri.authority().ok_or_else(wrong)?.as_str().to_ascii_lowercase();
        if authority.contains('@') || !matches!(uri.path(), "" | "/") || uri.query().is_some() {
            return Err(wrong());
        }
        if !is_https && !is_loopback(&authority) {
            return Err(format!(
                "{text} would send passwords through the network for everybody to read; use https:// (with --tls-cert \
                 and --tls-key, or behind a proxy that has a certificate)"
            ));
        }
        let usual_port = if is_https { ":443" } else { ":80" };
        let authority = authority.strip_suffix(usual_port).unwrap_or(&authority).to_owned();
        Ok(PublicUrl { is_https, authority })
    }
}

impl PublicUrl {
    /// Where it is not the usual one.
    pub fn port(&self) -> Option<u16> {
        self.authority.rsplit_once(':').and_then(|(_, port)| port.parse().ok())
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}://{}", if self.is_https { "https" } else { "http" }, self.authority)
    }
}

/// `localhost`, a name under it, or a loopback address, with or without a port.
pub fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _port)) => address,
        None => host.split_once(':').map_or(host, |(name, _port)| name),
    };
    let name = name.to_ascii_lowercase();
    name == "localhost"
        || name.ends_with(".localhost")
        || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn an_address_is_what_browsers_call_the_server() {
        for (text, shown) in [
            ("https://chat.example.org", "https://chat.example.org"),
            ("https://Chat.Example.org:443/", "https://chat.example.org"),
            ("https://chat.example.org:8443", "https://chat.example.org:8443"),
            ("http://localhost:3000", "http://localhost:3000"),
            ("http://[::1]:3000", "http://[::1]:3000"),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_is_none_is_refused_with_a_way_out() {
        for text in [
            "chat.example.org",
            "ftp://chat.example.org",
            "https://a@b.org",
            "https://b.org/chat",
            "https://b.org/?a",
            "",
        ] {
            assert!(text.parse::<PublicUrl>().unwrap_err().contains("https://chat.example.org"), "{text}");
        }
        assert!("http://chat.example.org".parse::<PublicUrl>().unwrap_err().contains("https://"));
    }

    #[test]
    fn only_loopback_hosts_are_ours() {
        for host in ["localhost", "localhost:3000", "127.0.0.1:3000", "127.8.9.1", "[::1]:3000", "LOCALHOST:1"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in
            ["example.org", "localhost.example.org:3000", "127.0.0.1.example.org", "10.0.0.1:3000", "[::2]:1", ""]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
