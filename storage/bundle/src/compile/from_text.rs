//! A text in the proxy's own language, with what the control plane adds.

use std::collections::BTreeMap;

use sentinel_model::project_secret::OPEN;

use super::{CompileError, Made, OperationsOptions, beside, compare, inject};
use crate::certificates;
use crate::node_vars::{self, Variable, VariableKind};
use crate::proxy_config;
use crate::secrets;
use crate::trust_stores;
use crate::validate::{Reserved, ValidateContext, examine};

pub(super) fn make(text: &str, host: &str, operations: OperationsOptions) -> Result<Made, CompileError> {
    let (source, mut values) =
        examine(text, &ValidateContext::default(), None).map_err(CompileError::Invalid)?;
    let named = match text.contains(OPEN) {
        true => secrets::named(&source.config).map_err(CompileError::Invalid)?,
        false => Vec::new(),
    };
    let certificates = certificates::named(&source.config).map_err(CompileError::Invalid)?;
    trust_stores::check(&source.config, &BTreeMap::new()).map_err(CompileError::Invalid)?;
    let injected = inject::inject(text, host, beside(operations, &named), !certificates.is_empty()).map_err(
        |problem| {
            // The source was read before, so this concerns a form the injection does not handle.
            CompileError::Invalid(vec![problem])
        },
    )?;
    let taken = values.values().fold(text.to_owned(), |text, value| text + " " + value);
    let own = [node_vars::OPS_ADDR, node_vars::METRICS_ADDR]
        .map(|name| Variable { name: name.to_owned(), kind: VariableKind::Address });
    for (name, value) in node_vars::stand_ins(&taken, &own) {
        values.entry(name).or_insert(value);
    }
    let context = ValidateContext { reserved: Reserved::Allowed, second_key_check: true };
    let (compiled, _) = examine(&injected.text, &context, Some(&values)).map_err(CompileError::Invalid)?;
    // A node writes what it runs as JSON; what it would refuse must not be published.
    proxy_config::to_json_checked(&compiled.config)
        .map_err(|error| CompileError::Altered(error.to_string()))?;
    compare::unchanged(&source.config, compiled.config, host, &injected).map_err(CompileError::Altered)?;
    Ok(Made {
        template: injected.text,
        config: source.config,
        warnings: source.warnings,
        variables: compiled.variables,
        listeners: injected.listeners,
        metrics_address: injected.metrics_address,
        needs: Vec::new(),
        secrets: named,
        certificates,
        trust_stores: BTreeMap::new(),
    })
}
