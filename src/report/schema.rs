//! The published form of the JSON report.

use schemars::generate::SchemaSettings;

use crate::model::RunReport;

/// The JSON Schema (draft 2020-12) of the `json` format.
pub(crate) fn schema() -> serde_json::Value {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<RunReport>();
    schema.insert("title".to_owned(), "Report of a rollsafe run".into());
    schema.to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{find, sample};

    fn problems(report: &serde_json::Value) -> Vec<String> {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        validator.iter_errors(report).map(|error| error.to_string()).collect()
    }

    #[test]
    fn a_change_of_the_form_is_seen() {
        insta::assert_json_snapshot!(schema());
    }

    #[test]
    fn every_sample_validates() {
        let all = [sample::report(), sample::go(), sample::go_for_a_part(), sample::hollow(), sample::interrupted()];
        for report in all {
            let text = (find("json").unwrap().render)(&report, &[]);
            assert_eq!(problems(&serde_json::from_str(&text).unwrap()), Vec::<String>::new());
        }
    }

    #[test]
    fn a_report_without_its_verdict_does_not_validate() {
        let mut report = serde_json::to_value(sample::report()).unwrap();
        report.as_object_mut().unwrap().remove("verdict");
        assert_eq!(problems(&report).len(), 1);
        report["verdict"] = "MAYBE".into();
        assert_eq!(problems(&report).len(), 1);
    }

    #[test]
    fn a_fail_without_one_of_its_five_parts_does_not_validate() {
        let mut report = serde_json::to_value(sample::report()).unwrap();
        assert_eq!(report["steps"][0]["result"]["outcome"], "fail");
        report["steps"][0]["result"].as_object_mut().unwrap().remove("next");
        assert_eq!(problems(&report).len(), 1);
    }
}
