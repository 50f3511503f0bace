/** The browser's leg, without React: see phone.ts. */
export type { Choices, Device, Devices, DeviceUse } from "./devices";
export { impossible } from "./microphone";
export { clearNotice, type Notice, permitNotices, showNotice } from "./notice";
export { Phone } from "./phone";
export type { MicrophoneTest } from "./sound";
export type {
  Declined,
  Grade,
  NoMicrophone,
  PhoneCall,
  PhoneSnapshot,
  PhoneState,
  Quality,
} from "./state";
