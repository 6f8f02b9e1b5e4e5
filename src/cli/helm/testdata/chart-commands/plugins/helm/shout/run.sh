#!/bin/sh
# Changes values, and adds an object that tells how it was called.
sed -e 's/image: .*/image: changed/' -e 's/replicas: .*/replicas: "7"/'
echo "---"
echo "apiVersion: v1"
echo "data:"
echo "  arguments: $*"
echo "kind: ConfigMap"
echo "metadata:"
echo "  name: called-by-$1"
