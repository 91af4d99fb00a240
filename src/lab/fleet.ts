/** A host of the practice fleet. */
export interface LabHost {
  /** Inventory name and host name. */
  readonly name: string;
  /** Port on 127.0.0.1; below the range that Linux hands out by itself (32768 and up), so that nothing else takes it by chance. */
  readonly port: number;
  /** Its kubectl reaches the API. */
  readonly controlPlane: boolean;
}

/** The fleet as inventories/lab.yaml lists it. */
export const LAB_HOSTS: readonly LabHost[] = [
  { name: 'lab-1', port: 24201, controlPlane: true },
  { name: 'lab-2', port: 24202, controlPlane: false },
  { name: 'lab-3', port: 24203, controlPlane: false },
  { name: 'lab-4', port: 24204, controlPlane: false },
  { name: 'lab-5', port: 24205, controlPlane: false },
];

/** The only user of a practice host: root within it, and nobody in particular outside. */
export const LAB_USER = 'root';
