#!/bin/sh
# Rebuilds static/vendor and the icon sprite from the lock file. Needs Node with npm, and Python.
# Package scripts do not run; the lock file's hashes are checked by npm.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
vendor="$root/static/vendor"
cd "$vendor/rebuild"
npm ci --ignore-scripts --no-audit --no-fund

put() { # package, folder of the result, files
    package=$1 folder=$2
    shift 2
    mkdir -p "$vendor/$folder"
    for file in "$@"; do
        # The maps are not shipped, so the line that names them would only make browsers ask.
        case $file in
            *.js) sed '/^\/\/# sourceMappingURL=/d' "node_modules/$package/$file" >"$vendor/$folder/$(basename "$file")" ;;
            *.css) sed '/^\/\*# sourceMappingURL=/d' "node_modules/$package/$file" >"$vendor/$folder/$(basename "$file")" ;;
            *) cp "node_modules/$package/$file" "$vendor/$folder/" ;;
        esac
    done
}

version() { node -p "require('./node_modules/$1/package.json').version"; }

put bootstrap "bootstrap-$(version bootstrap)" dist/css/bootstrap.min.css LICENSE
put htmx.org "htmx-$(version htmx.org)" dist/htmx.min.js LICENSE
put leaflet "leaflet-$(version leaflet)" dist/leaflet.css dist/leaflet.js LICENSE
mkdir -p "$vendor/leaflet-$(version leaflet)/images"
cp node_modules/leaflet/dist/images/*.png "$vendor/leaflet-$(version leaflet)/images/"
python3 sprite.py node_modules/bootstrap-icons/icons icons.txt "$root/static/img/icons.svg"
python3 sprite.py node_modules/bootstrap-icons/icons icons-public.txt "$root/static/img/icons-public.svg"
python3 subset.py "$vendor"
python3 inventory.py "$vendor"
