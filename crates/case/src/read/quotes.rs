//! Cells of a CSV row, line by line: a quoted cell may go over several.

/// Cuts lines into cells. Between lines it only knows whether a quoted cell is still open.
#[derive(Debug, Default)]
pub struct Cells {
    cells: Vec<String>,
    state: State,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Before the first character of a cell.
    #[default]
    Begin,
    /// In a cell without quotes.
    Plain,
    /// Between quotes.
    Quoted,
    /// After a quote in a quoted cell: its end, or the first of two.
    Quote,
    /// Something follows the closing quote.
    Junk,
}

impl Cells {
    /// Adds a line, without its end.
    pub fn push(&mut self, line: &str) {
        if self.state == State::Quoted
            && let Some(cell) = self.cells.last_mut()
        {
            cell.push('\n');
        } else {
            self.cells.push(String::new());
        }
        for c in line.chars() {
            self.state = match (self.state, c) {
                (State::Junk, _) => State::Junk,
                (State::Begin, '"') => State::Quoted,
                (State::Quoted, '"') => State::Quote,
                (State::Begin | State::Plain | State::Quote, ',') => {
                    self.cells.push(String::new());
                    State::Begin
                }
                (State::Quote, '"') => self.add(c, State::Quoted),
                (State::Quote, ' ' | '\t') => State::Quote,
                (State::Quote, _) => State::Junk,
                (State::Quoted, _) => self.add(c, State::Quoted),
                (State::Begin | State::Plain, _) => self.add(c, State::Plain),
            };
        }
    }

    fn add(&mut self, c: char, state: State) -> State {
        if let Some(cell) = self.cells.last_mut() {
            cell.push(c);
        }
        state
    }

    /// Whether a quoted cell goes on in the next line.
    pub fn open(&self) -> bool {
        self.state == State::Quoted
    }

    /// The cells, and whether nothing follows a closing quote.
    pub fn finish(self) -> (Vec<String>, bool) {
        (self.cells, self.state != State::Junk)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(lines: &[&str]) -> Option<Vec<String>> {
        let mut cells = Cells::default();
        lines.iter().for_each(|line| cells.push(line));
        assert!(!cells.open());
        let (cells, clean) = cells.finish();
        clean.then_some(cells)
    }

    #[test]
    fn quotes_commas_and_lines() {
        assert_eq!(cells(&["a,,c"]).unwrap(), ["a", "", "c"]);
        assert_eq!(
            cells(&[r#""a,b","c ""d""",e"f"#]).unwrap(),
            ["a,b", r#"c "d""#, r#"e"f"#]
        );
        assert_eq!(cells(&[r#"a,"b"#, r#"c",d"#]).unwrap(), ["a", "b\nc", "d"]);
        assert_eq!(cells(&[r#"a,"b" ,"#]).unwrap(), ["a", "b", ""]);
        assert_eq!(cells(&[r#"a,"b"c"#]), None);
    }

    #[test]
    fn an_open_quote_is_known() {
        let mut open = Cells::default();
        open.push(r#"a,"b"#);
        assert!(open.open());
    }
}
