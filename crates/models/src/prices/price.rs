use clade_domain::{ModelSpec, Usage, Usd};

use super::{ModelFacts, PriceTable};
use crate::{
    config::ModelConfig,
    name::ModelName,
    simulated::Rules,
    vendors::{Charge, Wire},
};

/// What a model costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Price {
    /// USD for a million tokens, and for each request.
    Known {
        /// Input tokens.
        input: f64,
        /// Output tokens, reasoning included.
        output: f64,
        /// Input tokens read from the provider's prompt cache.
        cache_read: f64,
        /// Input tokens written to the provider's prompt cache.
        cache_write: f64,
        /// One answered request, whatever its tokens.
        request: f64,
    },
    /// Nothing: it runs on the user's own machine.
    Free,
    /// Nobody told us. A budget in USD does not start with it.
    Unknown,
}

impl Price {
    /// What one answered request with so many tokens costs; `None` where the price is unknown.
    #[must_use]
    pub fn cost(&self, usage: Usage) -> Option<Usd> {
        match self {
            Self::Unknown => None,
            Self::Free => Some(Usd(0.0)),
            Self::Known { input, output, cache_read, cache_write, request } => {
                let plain = usage.input.saturating_sub(usage.cache_read + usage.cache_write);
                let sum = plain as f64 * input
                    + usage.cache_read as f64 * cache_read
                    + usage.cache_write as f64 * cache_write
                    + usage.output as f64 * output;
                Some(Usd(sum / 1e6 + request))
            }
        }
    }

    /// The most that one request with so many tokens costs, whatever the prompt cache does.
    #[must_use]
    pub fn worst(&self, input_tokens: u64, output_tokens: u64) -> Option<Usd> {
        match self {
            Self::Known { input, output, cache_write, request, .. } => {
                let dearest = input.max(*cache_write);
                Some(Usd((input_tokens as f64 * dearest + output_tokens as f64 * output) / 1e6 + request))
            }
            _ => self.cost(Usage::default()),
        }
    }

    fn listed(facts: &ModelFacts) -> Self {
        Self::Known {
            input: facts.input,
            output: facts.output,
            cache_read: facts.cache_read.unwrap_or(facts.input),
            cache_write: facts.cache_write.unwrap_or(facts.input),
            request: 0.0,
        }
    }

    /// A price without a discount for cached tokens.
    fn plain(input: f64, output: f64, request: f64) -> Self {
        Self::Known { input, output, cache_read: input, cache_write: input, request }
    }

    /// The same with the user's prices over it, USD for a million tokens and for a request. Half of a price is no price:
    /// where nothing is known, both prices of tokens must be given.
    fn with(self, own_input: Option<f64>, own_output: Option<f64>, own_request: Option<f64>) -> Self {
        match (self, own_input, own_output) {
            (found, None, None) if own_request.is_none() => found,
            (Self::Known { input, output, cache_read, cache_write, request }, ..) => Self::Known {
                input: own_input.unwrap_or(input),
                output: own_output.unwrap_or(output),
                cache_read: own_input.unwrap_or(cache_read),
                cache_write: own_input.unwrap_or(cache_write),
                request: own_request.unwrap_or(request),
            },
            (Self::Free, ..) => {
                Self::plain(own_input.unwrap_or(0.0), own_output.unwrap_or(0.0), own_request.unwrap_or(0.0))
            }
            (Self::Unknown, Some(input), Some(output)) => Self::plain(input, output, own_request.unwrap_or(0.0)),
            (Self::Unknown, ..) => Self::Unknown,
        }
    }
}

/// What a model costs: the user's `cost`, `inputCost`, `outputCost` and `requestCost` first, then the table, whatever the
/// address, then nothing for other models on the user's own machine (Ollama, llama.cpp, LM Studio, vLLM, SGLang, any base
/// URL there). A simulated model states its price among its own settings.
#[must_use]
pub fn price_of(spec: &ModelSpec) -> Price {
    let Ok(name) = ModelName::parse(&spec.id) else { return Price::Unknown };
    let Ok(config) = ModelConfig::read(&spec.id, &spec.config) else { return Price::Unknown };
    price(&name, &config)
}

/// Whether the settings of a model that the table lists name a price below the table's: a provider charges what it charges, whatever a run file says.
#[must_use]
pub fn is_undercut(spec: &ModelSpec) -> bool {
    let Ok(name) = ModelName::parse(&spec.id) else { return false };
    let Ok(config) = ModelConfig::read(&spec.id, &spec.config) else { return false };
    let own = price(&name, &config);
    let listed = price(&name, &ModelConfig { input_cost: None, output_cost: None, request_cost: None, ..config });
    let parts = |price: Price| match price {
        Price::Known { input, output, request, .. } => Some([input, output, request]),
        Price::Free | Price::Unknown => None,
    };
    let both = parts(own).zip(parts(listed));
    both.is_some_and(|(own, listed)| own.iter().zip(listed).any(|(own, listed)| *own < listed * (1.0 - 1e-9)))
}

pub(crate) fn price(name: &ModelName, config: &ModelConfig) -> Price {
    if name.vendor.wire == Wire::Simulated {
        let settings = config.placed.iter().map(|(key, value)| (key.clone(), value.clone())).collect();
        // what is wrong with the settings is for the model itself to say
        let rules = Rules::new(&name.model, &settings);
        return rules.map_or(Price::Free, |rules| Price::plain(rules.price_in, rules.price_out, rules.price_call));
    }
    let model = config.model.as_deref().unwrap_or(&name.model);
    let listed = PriceTable::built_in().find(name.vendor.name, model).map(Price::listed);
    let base_url = config.api_base_url.as_deref().or(config.api_host.as_deref()).or(name.base_url.as_deref());
    let own = match base_url {
        Some(url) => is_this_machine(url),
        None => name.vendor.charge == Charge::Nothing,
    };
    let found = match listed {
        // a gateway on this machine may pass calls on to who charges for them
        Some(listed) => listed,
        None if own => Price::Free,
        // another machine that runs the same software may be somebody's who charges
        None => Price::Unknown,
    };
    let million = |usd: Option<f64>| usd.map(|usd| usd * 1e6);
    found.with(million(config.input_cost), million(config.output_cost), config.request_cost)
}

/// Whether an address is this machine's own.
pub(crate) fn is_this_machine(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or(""),
        None => host.split(':').next().unwrap_or(""),
    };
    host.eq_ignore_ascii_case("localhost")
        || host.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback() || address.is_unspecified())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn of(id: &str, config: Value) -> Price {
        price_of(&ModelSpec { config: serde_json::from_value(config).unwrap(), ..ModelSpec::named(id) })
    }

    fn input(price: Price) -> Option<f64> {
        match price {
            Price::Known { input, .. } => Some(input),
            _ => None,
        }
    }

    #[test]
    fn a_price_below_the_list_is_told() {
        let table = [
            ("openai:gpt-4o-mini", json!({}), false),
            ("openai:gpt-4o-mini", json!({"inputCost": 0, "outputCost": 0}), true),
            ("openai:chat:gpt-4o-mini", json!({"apiBaseUrl": "http://127.0.0.1:9/v1", "outputCost": 0}), true),
            ("openai:chat:other", json!({"model": "gpt-4o-mini", "cost": 0}), true),
            // what the table says itself, and more than that
            ("openai:gpt-4o-mini", json!({"inputCost": 0.15e-6}), false),
            ("openai:gpt-4o-mini", json!({"inputCost": 9e-6, "requestCost": 0.1}), false),
            // not in the table: whoever asks it says what it costs
            ("openai:gpt-99", json!({"inputCost": 0, "outputCost": 0}), false),
            ("ollama:chat:qwen3", json!({}), false),
            ("simulated:rough", json!({}), false),
        ];
        for (id, config, undercut) in table {
            let spec = ModelSpec { config: serde_json::from_value(config.clone()).unwrap(), ..ModelSpec::named(id) };
            assert_eq!(is_undercut(&spec), undercut, "{id} {config}");
        }
    }

    #[test]
    fn is_known_free_or_unknown_but_never_silently_zero() {
        assert_eq!(input(of("openai:gpt-4o-mini", json!({}))), Some(0.15));
        assert_eq!(input(of("simulated:rough", json!({}))), Some(0.15));
        for (id, config) in [
            ("ollama:chat:qwen3", json!({})),
            ("vllm:any", json!({})),
            ("openai:chat:any", json!({"apiBaseUrl": "http://127.0.0.1:8080/v1"})),
            ("openai:my-own", json!({"apiBaseUrl": "http://localhost:8080/v1"})),
            ("http://[::1]:9/v1#m", json!({})),
        ] {
            assert_eq!(of(id, config), Price::Free, "{id}");
        }
        for (id, config) in [
            ("openai:gpt-99", json!({})),
            ("openai:gpt-99", json!({"inputCost": 1e-6})),
            ("vllm:any", json!({"apiBaseUrl": "https://gpu.example/v1"})),
            ("https://gw.example/v1#m", json!({})),
            ("https://localhost.example/v1#m", json!({})),
            ("nobody:m", json!({})),
        ] {
            assert_eq!(of(id, config), Price::Unknown, "{id}");
        }
    }

    #[test]
    fn users_prices_win() {
        let own = of("openai:gpt-99", json!({"inputCost": 1e-6, "outputCost": 2e-6}));
        assert_eq!(own.cost(Usage { input: 1_000_000, output: 500_000, ..Usage::default() }), Some(Usd(2.0)));
        assert_eq!(input(of("openai:gpt-4o-mini", json!({"cost": 3e-6}))), Some(3.0));
        assert_eq!(input(of("ollama:m", json!({"outputCost": 3e-6}))), Some(0.0));
        let listed = of("openai:gpt-4o-mini", json!({"requestCost": 0.01}));
        assert_eq!(input(listed), Some(0.15));
        assert_eq!(listed.cost(Usage { input: 2_000_000, ..Usage::default() }), Some(Usd(0.01 + 0.3)));
        assert_eq!(of("ollama:m", json!({"requestCost": 0.5})).worst(9, 9), Some(Usd(0.5)));
        assert_eq!(of("openai:gpt-99", json!({"requestCost": 0.5})), Price::Unknown);
        let flat = of("openai:gpt-99", json!({"cost": 0, "requestCost": 0.5}));
        assert_eq!(flat.cost(Usage { input: 7, output: 7, ..Usage::default() }), Some(Usd(0.5)));
    }

    #[test]
    fn a_simulated_model_states_its_own_price() {
        let config = json!({"price_in": 0, "price_out": 0, "price_call": 5});
        let price = of("simulated:rough", config);
        assert_eq!(price, Price::plain(0.0, 0.0, 5.0));
        assert_eq!(price.worst(1_000_000, 1_000_000), Some(Usd(5.0)));
    }

    #[test]
    fn cached_tokens_have_their_own_price() {
        let price = Price::Known { input: 10.0, output: 100.0, cache_read: 1.0, cache_write: 20.0, request: 0.0 };
        let usage = Usage { input: 100, output: 10, cache_read: 40, cache_write: 20 };
        assert_eq!(price.cost(usage), Some(Usd((40.0 * 10.0 + 40.0 + 20.0 * 20.0 + 1000.0) / 1e6)));
        assert_eq!(price.worst(100, 10), Some(Usd(3000.0 / 1e6)));
        assert_eq!(Price::Unknown.cost(usage), None);
        assert_eq!(Price::Unknown.worst(1, 1), None);
        assert_eq!(Price::Free.worst(1, 1), Some(Usd(0.0)));
    }
}
