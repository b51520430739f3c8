"""One server of OpenStack Swift in the foreground, from Debian's python3-swift, with everything it
reads and writes in one folder: swift_server.py <folder> rings <account> <container> <object port>, then
swift_server.py <folder> account | container | object | proxy."""
import os
import sys

folder, name, *ports = sys.argv[1:]

from swift.common import utils

utils.SWIFT_CONF_FILE = os.path.join(folder, 'swift.conf')

if name == 'rings':
    from swift.common.ring import RingBuilder

    for kind, port in zip(('account', 'container', 'object'), ports):
        ring = RingBuilder(part_power=4, replicas=1, min_part_hours=0)
        ring.add_dev({'id': 0, 'region': 1, 'zone': 1, 'weight': 1.0, 'ip': '127.0.0.1', 'port': int(port),
                      'device': 'disk', 'meta': ''})
        ring.rebalance()
        ring.get_ring().save(os.path.join(folder, f'{kind}.ring.gz'))
else:
    from swift.common.wsgi import run_wsgi

    sys.exit(run_wsgi(os.path.join(folder, f'{name}.conf'), f'{name}-server', verbose=True))
