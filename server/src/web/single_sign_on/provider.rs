//! The provider: what it says of itself, where it takes people, and whom it sent back.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use openidconnect::{
    AccessTokenHash, AuthType, AuthorizationCode, ClaimsVerificationError, Client, CsrfToken, EmptyExtraTokenFields,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IdTokenFields, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    PkceCodeVerifier, RedirectUrl, Scope, SignatureVerificationError, StandardErrorResponse, StandardTokenResponse,
    TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClientAuthMethod, CoreErrorResponseType,
        CoreGenderClaim, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
        CoreProviderMetadata, CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse,
        CoreTokenType,
    },
};

use super::{
    claims::{OtherClaims, Told},
    http_client::HttpClient,
    pending::Begun,
};
use crate::settings::SsoSettings;

/// What a provider says of itself is asked for again after so long.
const KEPT: Duration = Duration::from_secs(60 * 60);
/// And at most so often, when it signs with a key that is new to us.
const KEPT_AT_LEAST: Duration = Duration::from_secs(60);

type Tokens = StandardTokenResponse<
    IdTokenFields<
        OtherClaims,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;

/// The library's client, with claims of any name.
type OpenIdClient = Client<
    OtherClaims,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

pub struct Provider {
    settings: SsoSettings,
    /// Where it sends people back to.
    redirect_url: RedirectUrl,
    http: HttpClient,
    /// None until somebody comes: the server starts without asking it.
    known: Mutex<Option<Arc<Known>>>,
}

/// A provider that said what it is.
struct Known {
    client: OpenIdClient,
    scopes: Vec<Scope>,
    since: Instant,
}

/// Somebody whom the provider sent back.
pub struct Identity {
    pub subject: String,
    /// As an account can be named.
    pub name: String,
    pub groups: Vec<String>,
}

impl Provider {
    pub fn new(settings: SsoSettings, redirect_url: RedirectUrl) -> Result<Provider> {
        let http = HttpClient::new(&settings.issuer)?;
        Ok(Provider { settings, redirect_url, http, known: Mutex::default() })
    }

    /// The address that somebody is sent to, and what to keep until they come back.
    pub async fn begin(&self, return_to: &str) -> Result<(String, Begun)> {
        let known = self.known(KEPT).await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let request = known.client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        );
        let (url, state, nonce) = request.add_scopes(known.scopes.iter().cloned()).set_pkce_challenge(challenge).url();
        Ok((url.into(), Begun { state, nonce, verifier, return_to: return_to.to_owned() }))
    }

    /// Who it is that came back with `code`.
    pub async fn identity(&self, code: String, nonce: &Nonce, verifier: PkceCodeVerifier) -> Result<Identity> {
        let mut known = self.known(KEPT).await?;
        let exchange = known.client.exchange_code(AuthorizationCode::new(code)).context("it takes no codes")?;
        let tokens = exchange.set_pkce_verifier(verifier).request_async(&self.http).await.context("the code failed")?;
        let id_token = tokens.id_token().context("it gave no ID token")?;
        let checked = id_token.claims(&known.client.id_token_verifier(), nonce);
        let claims = match checked {
            Err(ClaimsVerificationError::SignatureVerification(SignatureVerificationError::NoMatchingKey)) => {
                known = self.known(KEPT_AT_LEAST).await?;
                id_token.claims(&known.client.id_token_verifier(), nonce)
            }
            checked => checked,
        };
        let claims = claims.context("the ID token is not right")?;
        if let Some(expected) = claims.access_token_hash() {
            let verifier = known.client.id_token_verifier();
            let (algorithm, key) = (id_token.signing_alg()?, id_token.signing_key(&verifier)?);
            let actual = AccessTokenHash::from_token(tokens.access_token(), algorithm, key)?;
            ensure!(actual == *expected, "the access token is not that of the ID token");
        }

        let groups_claim = &self.settings.groups.claim;
        let mut told = Told::by_token(claims, groups_claim);
        let is_enough = told.name.is_some() && (told.groups.is_some() || !self.settings.groups.matter());
        if !is_enough && known.client.user_info_url().is_some() {
            let subject = claims.subject().clone();
            let request = known.client.user_info(tokens.access_token().clone(), Some(subject))?;
            let more: UserInfoClaims<OtherClaims, CoreGenderClaim> =
                request.request_async(&self.http).await.context("the user information failed")?;
            told = told.or(Told::by_user_info(&more, groups_claim));
        }
        let (subject, name) = (claims.subject().as_str().to_owned(), told.account_name());
        Ok(Identity { subject, name, groups: told.groups.unwrap_or_default() })
    }

    /// What the provider says of itself, at most so old.
    async fn known(&self, kept: Duration) -> Result<Arc<Known>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(known) = known.filter(|known| known.since.elapsed() < kept) {
            return Ok(known);
        }
        let metadata = CoreProviderMetadata::discover_async(self.settings.issuer.clone(), &self.http)
            .await
            .context("it does not say what it is")?;
        let known = Arc::new(self.client(metadata));
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(known.clone());
        Ok(known)
    }

    fn client(&self, metadata: CoreProviderMetadata) -> Known {
        let mut scopes = vec![Scope::new("profile".to_owned())];
        // Some providers tell groups only to who asks for them, others know no such scope and refuse it.
        let groups = Scope::new(self.settings.groups.claim.clone());
        let offered = metadata.scopes_supported().is_some_and(|offered| offered.contains(&groups));
        if self.settings.groups.matter() && offered {
            scopes.push(groups);
        }
        let takes =
            |method| metadata.token_endpoint_auth_methods_supported().is_some_and(|methods| methods.contains(&method));
        let in_body = takes(CoreClientAuthMethod::ClientSecretPost) && !takes(CoreClientAuthMethod::ClientSecretBasic);
        let SsoSettings { client_id, client_secret, .. } = self.settings.clone();
        let client = OpenIdClient::from_provider_metadata(metadata, client_id, client_secret)
            .set_redirect_uri(self.redirect_url.clone())
            .set_auth_type(if in_body { AuthType::RequestBody } else { AuthType::BasicAuth });
        Known { client, scopes, since: Instant::now() }
    }
}
