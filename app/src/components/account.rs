use leptos::prelude::*;

use crate::{api::get_account, types::TeamRole, words::words};

/// Whose account this is, in a team; one person alone has none.
#[component]
pub fn Account() -> impl IntoView {
    let account = Resource::new(|| (), |()| get_account());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                account.await.ok().flatten().map(|account| {
                    let is_administrator = account.role == TeamRole::Administrator;
                    // Pages without a script, which the router does not know.
                    view! {
                        <section class="settings" aria-labelledby="account">
                            <h2 id="account">{words().account}</h2>
                            <p>{(words().signed_in_as)(&account.name)}</p>
                            {account.has_password.then(|| view! {
                                <p><a href="/password" rel="external">{words().change_password}</a></p>
                            })}
                            {account.leads_groups.then(|| view! {
                                <p><a href="/groups" rel="external">{words().your_groups}</a></p>
                            })}
                            {is_administrator.then(|| view! {
                                <p><a href="/administration" rel="external">{words().administration}</a></p>
                            })}
                        </section>
                    }
                })
            })}
        </Suspense>
    }
}
