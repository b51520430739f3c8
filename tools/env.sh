# Sourced by the other tools: puts the Node that tools/setup installed, if it had to, first in PATH.
# The current folder must be the repository.
for rostrum_node in "$PWD"/build/node/node_modules/node-linux-*/bin; do
  if [ -x "$rostrum_node/node" ] && [[ ":$PATH:" != *":$rostrum_node:"* ]]; then
    PATH="$rostrum_node:$PWD/build/node/node_modules/.bin:$PATH"
    export PATH
  fi
done
unset rostrum_node
