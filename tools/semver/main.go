// Decides which versions fit which constraints with the library that Helm and Flux use. Reads {"constraints": […], "versions": […]} from standard input and prints,
// for each constraint, one sign for each version: 1 fits, 0 does not, e the version cannot be read; or one word, "error", when the constraint cannot.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"

	"github.com/Masterminds/semver/v3"
)

func main() {
	var input struct{ Constraints, Versions []string }
	if err := json.NewDecoder(os.Stdin).Decode(&input); err != nil {
		panic(err)
	}
	fits := map[string]string{}
	for _, text := range input.Constraints {
		constraint, err := semver.NewConstraint(text)
		if err != nil {
			fits[text] = "error"
			continue
		}
		var signs strings.Builder
		for _, each := range input.Versions {
			version, err := semver.NewVersion(each)
			switch {
			case err != nil:
				signs.WriteByte('e')
			case constraint.Check(version):
				signs.WriteByte('1')
			default:
				signs.WriteByte('0')
			}
		}
		fits[text] = signs.String()
	}
	var order []*semver.Version
	for _, each := range input.Versions {
		if version, err := semver.NewVersion(each); err == nil {
			order = append(order, version)
		}
	}
	sort.Stable(semver.Collection(order))
	sorted := []string{}
	for _, version := range order {
		sorted = append(sorted, version.Original())
	}
	out, _ := json.Marshal(map[string]any{"fits": fits, "sorted": sorted})
	fmt.Println(string(out))
}
