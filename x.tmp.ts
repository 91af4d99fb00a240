import { labUp } from './src/lab/lab-up.ts';
import { labUpDetached } from './src/lab/lab-detached.ts';
console.log(await labUp({ stateDir: '/tmp/labx', ports: 'any' }), await labUpDetached({ stateDir: '/tmp/labx', ports: 'any' }));
