/// Who asks. Made by the server's session middleware and by nothing else; every backend call takes one.
/// Personal mode is a team of one: its caller is the only user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub user_id: String,
    /// Of the browser that asks.
    pub session_id: String,
}
