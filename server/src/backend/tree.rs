//! A conversation is a tree of messages; what a person looks at is one branch of it.

use std::collections::HashMap;

use app::types::Versions;
use storage::MessageRow;

/// The branch that runs through `at` (the newest message if None) down to its newest leaf, first message first.
/// `messages` are all of the tree, oldest first. None if `at` is not among them.
pub fn branch<'a>(messages: &'a [MessageRow], at: Option<&str>) -> Option<Vec<&'a MessageRow>> {
    let by_id: HashMap<&str, &MessageRow> = messages.iter().map(|message| (message.id.as_str(), message)).collect();
    let Some(start) = (match at {
        Some(id) => Some(*by_id.get(id)?),
        None => messages.last(),
    }) else {
        return Some(Vec::new());
    };
    let newest_child: HashMap<&str, &MessageRow> =
        messages.iter().filter_map(|message| Some((message.parent_id.as_deref()?, message))).collect();

    let mut path = vec![start];
    let mut above = start;
    while let Some(parent) = above.parent_id.as_deref().and_then(|id| by_id.get(id)) {
        path.push(parent);
        above = parent;
    }
    path.reverse();
    let mut below = start;
    while let Some(child) = newest_child.get(below.id.as_str()) {
        path.push(child);
        below = child;
    }
    Some(path)
}

/// The branch from the first message down to `id` and no further; empty for None. None if `id` is not in the tree.
pub fn path_to<'a>(messages: &'a [MessageRow], id: Option<&str>) -> Option<Vec<&'a MessageRow>> {
    let Some(id) = id else { return Some(Vec::new()) };
    let mut path = branch(messages, Some(id))?;
    let end = path.iter().position(|message| message.id == id)?;
    path.truncate(end + 1);
    Some(path)
}

/// A message among its siblings.
pub fn versions(message: &MessageRow, messages: &[MessageRow]) -> Versions {
    let ids: Vec<String> = messages
        .iter()
        .filter(|other| other.parent_id == message.parent_id && other.role == message.role)
        .map(|other| other.id.clone())
        .collect();
    let index = ids.iter().position(|id| *id == message.id).unwrap_or_default();
    Versions { ids, index: index as u32 }
}
