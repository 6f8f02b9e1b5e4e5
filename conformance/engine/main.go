// Answers requests on standard input with helm's own template engine: one JSON object a line in, one a line out, in the same order.
// Texts travel as base64, because templates make and read bytes that are not UTF-8.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"

	"helm.sh/helm/v4/pkg/chart/common"
	"helm.sh/helm/v4/pkg/chart/common/util"
	chart "helm.sh/helm/v4/pkg/chart/v2"
	"helm.sh/helm/v4/pkg/engine"
)

type request struct {
	// Files are the chart's templates by path; the answer is about templates/t.yaml.
	Files  map[string][]byte `json:"files"`
	Values []byte            `json:"values"`
	// Schema is the chart's values.schema.json, if it has one.
	Schema []byte `json:"schema"`
	Strict bool   `json:"strict"`
	Lint   bool   `json:"lint"`
}

type answer struct {
	Output []byte `json:"output,omitempty"`
	Error  []byte `json:"error,omitempty"`
}

func render(asked request) (given answer) {
	defer func() {
		if caught := recover(); caught != nil {
			given = answer{Error: []byte(fmt.Sprintf("panic: %v", caught))}
		}
	}()
	loaded := &chart.Chart{Metadata: &chart.Metadata{APIVersion: "v2", Name: "probe", Version: "1.2.3", AppVersion: "4.5", Annotations: map[string]string{}}}
	for name, text := range asked.Files {
		loaded.Templates = append(loaded.Templates, &common.File{Name: name, Data: text})
	}
	if len(asked.Schema) > 0 {
		loaded.Schema = asked.Schema
	}
	values, err := common.ReadValues(asked.Values)
	if err != nil {
		return answer{Error: []byte("values: " + err.Error())}
	}
	options := common.ReleaseOptions{Name: "rel", Namespace: "ns", Revision: 1, IsInstall: true}
	top, err := util.ToRenderValues(loaded, values, options, common.DefaultCapabilities)
	if err != nil {
		return answer{Error: []byte(err.Error())}
	}
	// Printed, they show addresses.
	delete(top, "Capabilities")
	files, err := engine.Engine{Strict: asked.Strict, LintMode: asked.Lint}.Render(loaded, top)
	if err != nil {
		return answer{Error: []byte(err.Error())}
	}
	return answer{Output: []byte(files["probe/templates/t.yaml"])}
}

func main() {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	// A map that holds itself fills the stack; Go cannot recover from that, but it can be soon.
	debug.SetMaxStack(64 << 20)
	in := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	write := json.NewEncoder(out)
	for {
		var asked request
		if err := in.Decode(&asked); err == io.EOF {
			break
		} else if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		if err := write.Encode(render(asked)); err != nil {
			os.Exit(1)
		}
		if err := out.Flush(); err != nil {
			os.Exit(1)
		}
	}
}
