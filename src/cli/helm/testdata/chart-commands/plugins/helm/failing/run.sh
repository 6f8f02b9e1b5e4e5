#!/bin/sh
cat > /dev/null
echo "I cannot" >&2
exit 3
