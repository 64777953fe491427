const NOTES = [
  { hertz: 660, at: 0 },
  { hertz: 880, at: 0.09 },
];
let audio;

/** Two soft notes. Silent before the user has touched the page: browsers want it so. */
export function playChime() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") void audio.resume();
  else for (const note of NOTES) playNote(audio, note);
}

function playNote(context, { hertz, at }) {
  const start = context.currentTime + at;
  const tone = new OscillatorNode(context, { type: "sine", frequency: hertz });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(0.06, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0005, start + 0.25);
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + 0.3);
}
