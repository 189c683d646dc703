use std::sync::Arc;

use minijinja::{
    Error, State,
    value::{Enumerator, Object, ObjectRepr, Value},
};

/// Stands for a value that is not there, and has whatever is asked of it: every attribute, no items, an empty text.
#[derive(Debug)]
pub(super) struct Anything;

impl Object for Anything {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, _: &Value) -> Option<Value> {
        Some(Value::from_dyn_object(self.clone()))
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn call(self: &Arc<Self>, _: &mut State<'_, '_>, _: &[Value]) -> Result<Value, Error> {
        Ok(Value::from_dyn_object(self.clone()))
    }
}
