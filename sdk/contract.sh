#!/bin/sh
# contract.sh DIR: prints the headers of the contract as one text, in the order
# of its sections; migrate-plugin(3) and the record of its layout are made of it.
set -eu
sed -e "/^#include <migrate-kind.h>/{
r $1/migrate-kind.h
d
}" "$1/migrate-plugin.h"
