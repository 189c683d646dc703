use axum::{
    Router,
    extract::DefaultBodyLimit,
    handler::Handler,
    http::Method,
    middleware::{from_fn, from_fn_with_state},
    routing::{MethodFilter, MethodRouter, on},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::{
    App, Gate,
    extract::asks_nothing,
    gate,
    limits::{self, Patience},
    repeat::{self, Kept, Repeating},
    sent,
};

/// Most bytes of a body where a route says nothing else.
const BODY: usize = 2 << 20;

/// Adds a type to a document's schemas and gives the reference to it.
pub(crate) type Describe = fn(&mut SchemaGenerator) -> Schema;

fn describe<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// What a route answers with.
#[derive(Clone, Copy)]
pub(crate) enum Answer {
    /// Nothing but its status.
    Nothing(u16),
    /// JSON.
    Json(u16, Describe),
    /// Something else, by its media type.
    Other(&'static str),
}

/// A route: where it is, who may use it, what it takes and what it gives. The router, the API document and the table of rights are
/// all made of these.
pub struct Route {
    pub(crate) method: Method,
    pub(crate) path: &'static str,
    pub(crate) gate: Gate,
    /// Its name in the API document.
    pub(crate) name: &'static str,
    /// What it does, in one sentence.
    pub(crate) about: &'static str,
    pub(crate) takes: Option<Describe>,
    pub(crate) bytes: bool,
    pub(crate) asks: Option<Describe>,
    pub(crate) answer: Answer,
    pub(crate) repeatable: bool,
    pub(crate) tells_once: bool,
    pub(crate) edits: bool,
    patience: Patience,
    body: usize,
    handler: MethodRouter<App>,
}

macro_rules! methods {
    ($($name:ident $method:ident),*) => {
        $(pub(crate) fn $name<H, T>(path: &'static str, gate: Gate, name: &'static str, about: &'static str, handler: H) -> Self
        where
            H: Handler<T, App>,
            T: 'static,
        {
            Self::new(Method::$method, path, gate, name, about, on(MethodFilter::$method, handler))
        })*
    };
}

impl Route {
    methods!(get GET, post POST, put PUT, patch PATCH, delete DELETE);

    fn new(
        method: Method,
        path: &'static str,
        gate: Gate,
        name: &'static str,
        about: &'static str,
        handler: MethodRouter<App>,
    ) -> Self {
        Self {
            method,
            path,
            gate,
            name,
            about,
            takes: None,
            bytes: false,
            asks: None,
            answer: Answer::Nothing(204),
            repeatable: false,
            tells_once: false,
            edits: false,
            patience: Patience::Usual,
            body: BODY,
            handler,
        }
    }

    /// Takes a body of JSON.
    pub(crate) fn takes<T: JsonSchema>(mut self) -> Self {
        self.takes = Some(describe::<T>);
        self
    }

    /// Takes a body of at most so many bytes.
    pub(crate) fn up_to(mut self, bytes: usize) -> Self {
        self.body = bytes;
        self
    }

    /// Takes a body that is no JSON, and for as long as it takes to come.
    pub(crate) fn upload(mut self, bytes: usize) -> Self {
        self.bytes = true;
        self.patience = Patience::Long;
        self.up_to(bytes)
    }

    /// Has parameters behind the question mark.
    pub(crate) fn asks<T: JsonSchema>(mut self) -> Self {
        self.asks = Some(describe::<T>);
        self
    }

    /// Answers with JSON.
    pub(crate) fn gives<T: JsonSchema>(mut self, status: u16) -> Self {
        self.answer = Answer::Json(status, describe::<T>);
        self
    }

    /// Answers with nothing but a status.
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.answer = Answer::Nothing(status);
        self
    }

    /// Answers with something else than JSON, for as long as it takes.
    pub(crate) fn streams(mut self, media: &'static str) -> Self {
        self.answer = Answer::Other(media);
        self.patience = Patience::Long;
        self
    }

    /// Answers for as long as it takes.
    pub(crate) fn patient(mut self) -> Self {
        self.patience = Patience::Long;
        self
    }

    /// Creates something, and with an `Idempotency-Key` only once.
    pub(crate) fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// Answers with a secret that is kept nowhere, so a repeated request is told that it was carried out, and not what it said.
    pub(crate) fn tells_once(mut self) -> Self {
        self.tells_once = true;
        self
    }

    /// Changes what was read: wants `If-Match`.
    pub(crate) fn edits(mut self) -> Self {
        self.edits = true;
        self
    }

    /// Its whole path.
    pub(crate) fn whole_path(&self) -> String {
        format!("{}{}", crate::BASE, self.path)
    }

    /// Adds it to a router, behind its gate.
    pub(crate) fn add(self, router: Router<App>, app: &App) -> Router<App> {
        let path = self.whole_path();
        let mut handler = self.handler;
        if !self.method.is_safe() {
            handler = handler.layer(from_fn(sent::remember));
        }
        // documents that anybody may read are fetched past caches with whatever stands behind them
        let document = matches!(self.gate, Gate::Open);
        if self.method == Method::GET && self.asks.is_none() && matches!(self.answer, Answer::Json(..)) && !document {
            handler = handler.layer(from_fn(asks_nothing));
        }
        if self.repeatable {
            let kept = match (self.tells_once, self.bytes) {
                (true, _) => Kept::ThatItWasDone,
                (false, true) => Kept::AnswerByKeyAlone,
                (false, false) => Kept::Answer,
            };
            let how = Repeating { kept, patience: self.patience };
            handler = handler.layer(from_fn_with_state((app.clone(), how), repeat::once));
        }
        handler = handler
            .layer(DefaultBodyLimit::max(self.body))
            .layer(from_fn_with_state((app.clone(), self.gate), gate::pass))
            .layer(from_fn_with_state((app.clone(), self.patience), limits::carry));
        router.route(&path, handler)
    }
}
