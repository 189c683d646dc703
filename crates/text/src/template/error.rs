/// Why a template cannot be compiled or filled. `component` names the part of the prompt; it is empty for a text that
/// stands alone. Lines count from 1 inside the template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The source is no template.
    #[error("{}line {line} does not parse: {detail}", place(component))]
    Syntax {
        /// The component's name.
        component: String,
        /// The line.
        line: u32,
        /// What the parser says.
        detail: String,
    },
    /// A variable has no value.
    #[error(
        "{}line {line} needs the variable `{variable}`, which the example does not have; add it to the data or remove it from the template",
        place(component)
    )]
    Missing {
        /// The component's name.
        component: String,
        /// The line.
        line: u32,
        /// The variable, or the expression where it is an attribute of one.
        variable: String,
    },
    /// Filling failed: a filter on a value of the wrong kind, an unknown filter, or too much work.
    #[error("{}line {line} cannot be filled: {detail}", place(component))]
    Render {
        /// The component's name.
        component: String,
        /// The line.
        line: u32,
        /// What went wrong.
        detail: String,
    },
    /// There are demonstrations, but no user component to show their inputs in.
    #[error("the prompt has demonstrations but no user component to show them with; add a component with role user")]
    NoUserComponent,
}

fn place(component: &str) -> String {
    if component.is_empty() { "the template's ".to_owned() } else { format!("component `{component}`: ") }
}

impl TemplateError {
    /// The component's name; empty where there is none.
    #[must_use]
    pub fn component(&self) -> &str {
        match self {
            Self::Syntax { component, .. } | Self::Missing { component, .. } | Self::Render { component, .. } => {
                component
            }
            Self::NoUserComponent => "",
        }
    }

    /// The line inside the template, from 1, where there is one.
    #[must_use]
    pub fn line(&self) -> Option<u32> {
        match self {
            Self::Syntax { line, .. } | Self::Missing { line, .. } | Self::Render { line, .. } => Some(*line),
            Self::NoUserComponent => None,
        }
    }
}
