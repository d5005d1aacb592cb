//! Names from a class list: one a line, or a CSV file as schools' programs and spreadsheets write it.

/// Names of columns that hold a whole name, and of those that hold its parts; in small letters.
const NAME_COLUMNS: [&str; 5] = ["name", "nom", "full name", "nom complet", "nom et prénom"];
const FIRST_NAME_COLUMNS: [&str; 4] = ["first name", "firstname", "prénom", "prenom"];
const LAST_NAME_COLUMNS: [&str; 4] = ["last name", "lastname", "surname", "nom de famille"];

/// The names in `text`, in order, empty lines left out. With a heading that names the column only that one is read; without
/// one the first.
pub fn names(text: &str) -> Vec<String> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let rows: Vec<Vec<String>> = reader
        .records()
        // What is no CSV has no names.
        .filter_map(Result::ok)
        .map(|record| record.iter().map(str::to_owned).collect())
        .collect();
    let heading: Vec<String> = rows.first().into_iter().flatten().map(|cell| cell.to_lowercase()).collect();
    let column = |names: &[&str]| heading.iter().position(|cell| names.contains(&cell.as_str()));
    let first_and_last = column(&FIRST_NAME_COLUMNS).zip(column(&LAST_NAME_COLUMNS).or_else(|| column(&["nom"])));
    let columns = match (first_and_last, column(&NAME_COLUMNS)) {
        (Some((first, last)), _) => vec![first, last],
        (None, Some(name)) => vec![name],
        (None, None) => vec![0],
    };
    let has_heading = first_and_last.is_some() || column(&NAME_COLUMNS).is_some();
    rows.iter()
        .skip(usize::from(has_heading))
        .map(|row| {
            columns.iter().filter_map(|&column| row.get(column)).map(String::as_str).collect::<Vec<_>>().join(" ")
        })
        .map(|name| name.trim().to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

/// Spreadsheets in French write semicolons.
fn delimiter(text: &str) -> u8 {
    let first_line = text.lines().next().unwrap_or_default();
    [b';', b'\t', b','].into_iter().max_by_key(|&sign| first_line.matches(char::from(sign)).count()).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_come_in_many_shapes() {
        let expected = ["Anna Müller", "Ben O'Hara"];
        for text in [
            "Anna Müller\nBen O'Hara\n",
            "\u{feff}Anna Müller\r\n\r\n  Ben O'Hara  ",
            "Name,Class\nAnna Müller,5b\nBen O'Hara,5b",
            "Classe;Nom complet\n5b;Anna Müller\n5b;Ben O'Hara",
            "Prénom;Nom;Naissance\nAnna;Müller;2014\nBen;O'Hara;2014",
            "first name\tlast name\nAnna\tMüller\nBen\tO'Hara",
            "\"Name\"\n\"Anna Müller\"\n\"Ben O'Hara\"",
            "Anna Müller,5b\nBen O'Hara",
        ] {
            assert_eq!(names(text), expected, "{text}");
        }
        assert!(names("").is_empty() && names("\n \n").is_empty() && names("Name\n").is_empty());
    }
}
