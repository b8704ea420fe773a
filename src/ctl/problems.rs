//! Shows what the validator found, with the lines that it means.

use std::fmt::Write;

use sentinel_api_types::Problem;

use super::output::clean;

/// Longest part of a line that is shown, in characters.
const EXCERPT_MAX: usize = 160;

/// Findings as a compiler shows them: `file:line:column: kind: message [code]`, the line, a mark below, the advice.
pub fn render(kind: &str, problems: &[Problem], file: &str, source: &str) -> String {
    let lines: Vec<&str> = source.lines().collect();
    let mut out = String::new();
    for problem in problems {
        // Writing to a string cannot fail.
        let _ = render_one(&mut out, kind, problem, file, &lines);
    }
    out
}

fn render_one(
    out: &mut String,
    kind: &str,
    problem: &Problem,
    file: &str,
    lines: &[&str],
) -> std::fmt::Result {
    write!(out, "{file}:")?;
    if let Some(line) = problem.line {
        write!(out, "{line}:{}:", problem.column.unwrap_or(1))?;
    }
    writeln!(out, " {kind}: {} [{}]", clean(&problem.message), problem.code)?;
    let place = problem.line.and_then(|line| usize::try_from(line).ok()?.checked_sub(1));
    if let Some((number, line)) = place.and_then(|place| Some((place + 1, lines.get(place)?))) {
        let column = problem.column.and_then(|column| usize::try_from(column).ok()).unwrap_or(1).max(1);
        // A long line is shown from a little before the place.
        let skipped = column.saturating_sub(EXCERPT_MAX / 2).min(line.chars().count());
        let excerpt: String = line.chars().skip(skipped).take(EXCERPT_MAX).collect();
        let until: String = excerpt.chars().take(column - 1 - skipped.min(column - 1)).collect();
        let margin = number.to_string().len();
        writeln!(out, "{number} | {}", clean(&excerpt))?;
        // Tabs stay tabs, so that the mark stands where the eye looks.
        let indent: String = clean(&until).chars().map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
        writeln!(out, "{:margin$} | {indent}^", "")?;
    }
    if let Some(path) = &problem.path {
        writeln!(out, "  at {}", clean(path))?;
    }
    match &problem.help {
        Some(help) => writeln!(out, "  help: {}", clean(help)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(line: Option<u32>, column: Option<u32>) -> Problem {
        Problem {
            line,
            column,
            path: Some("routes.route[\"api\"]".into()),
            code: "unknown-key".into(),
            message: "`upsteam` is not a setting of a route".into(),
            help: Some("did you mean `upstream`?".into()),
        }
    }

    #[test]
    fn a_problem_is_shown_with_its_line_and_a_mark_below_it() {
        let source = "routes {\n    route \"api\" {\n\t\tupsteam \"a\"\n    }\n}\n";
        let shown = render("error", &[problem(Some(3), Some(3))], "edge.kdl", source);
        let expected = "edge.kdl:3:3: error: `upsteam` is not a setting of a route [unknown-key]\n\
                        3 | \t\tupsteam \"a\"\n  | \t\t^\n  at routes.route[\"api\"]\n  help: did you mean `upstream`?\n";
        assert_eq!(shown, expected);
    }

    #[test]
    fn a_problem_without_a_place_or_beyond_the_text_has_no_excerpt() {
        for (line, column) in [(None, None), (Some(99), Some(1)), (Some(0), Some(0))] {
            let shown = render("error", &[problem(line, column)], "-", "a\n");
            assert!(shown.starts_with("-:") && !shown.contains('^'), "{shown}");
        }
    }

    #[test]
    fn only_the_part_around_the_place_of_a_long_line_is_shown() {
        let source = format!("{}HERE{}", "x".repeat(500), "y".repeat(500));
        let shown = render("error", &[problem(Some(1), Some(501))], "f", &source);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines[1].len() < 200 && lines[1].contains("HERE"));
        assert_eq!(lines[2].find('^'), lines[1].find("HERE"));
    }
}
