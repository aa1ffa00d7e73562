// The checker of policy reports that the tests run: a few lines of ours around the published schemas of SARIF and OSCAL that two
// modules carry. Apart from the other checkers, of which nothing is compiled anew for it.
module slipway.dev/report-checker

go 1.26.0

require (
	github.com/defenseunicorns/go-oscal v0.7.0
	github.com/owenrumney/go-sarif/v3 v3.3.1
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.2
)

require (
	github.com/xeipuuv/gojsonpointer v0.0.0-20180127040702-4e3ac2762d5f // indirect
	github.com/xeipuuv/gojsonreference v0.0.0-20180127040603-bd5ef7bd5415 // indirect
	github.com/xeipuuv/gojsonschema v1.2.0 // indirect
	golang.org/x/text v0.14.0 // indirect
	gopkg.in/yaml.v3 v3.0.1 // indirect
)
