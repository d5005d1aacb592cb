//! Requests to the provider: bounded in time and length, and never sent on to another place.

use std::{mem, pin::Pin, time::Duration};

use anyhow::{Context, Result};
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, IssuerUrl};
use reqwest::redirect::Policy;

/// For one request with its answer.
const TIME: Duration = Duration::from_secs(10);
/// Metadata, keys and tokens are a few kilobytes each.
const MOST_BYTES: usize = 1_000_000;

pub struct HttpClient(reqwest::Client);

#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    #[error("the provider cannot be reached")]
    Request(#[from] reqwest::Error),
    #[error("the provider's answer is too long")]
    TooLong,
}

impl HttpClient {
    pub fn new(issuer: &IssuerUrl) -> Result<HttpClient> {
        let by_tls = issuer.url().scheme() == "https";
        let client = reqwest::Client::builder()
            .user_agent(concat!("Chaton/", env!("CARGO_PKG_VERSION")))
            .redirect(Policy::none())
            .timeout(TIME)
            // The provider's metadata names the other addresses: none of them may be in the clear.
            .https_only(by_tls);
        // No proxy leads to this machine.
        let client = if by_tls { client } else { client.no_proxy() };
        client.build().map(HttpClient).context("requests for single sign-on are impossible")
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut answer = self.0.execute(request.try_into()?).await?;
        let mut body = Vec::new();
        while let Some(piece) = answer.chunk().await? {
            if body.len() + piece.len() > MOST_BYTES {
                return Err(HttpError::TooLong);
            }
            body.extend_from_slice(&piece);
        }
        let mut response = HttpResponse::new(body);
        *response.status_mut() = answer.status();
        *response.headers_mut() = mem::take(answer.headers_mut());
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for HttpClient {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
