/** Makes a stream of decoded pictures, so that the stage shows a relayed screen like any other. */

export interface FrameSink {
  readonly stream: MediaStream;
  /** Shows the frame and gives it back. */
  show(frame: VideoFrame): void;
  close(): void;
}

interface TrackGenerator extends MediaStreamTrack {
  readonly writable: WritableStream<VideoFrame>;
}

declare global {
  interface Window {
    /** Chromium's; not in the standard, which has it in workers only. */
    MediaStreamTrackGenerator?: new (options: { kind: "video" }) => TrackGenerator;
  }
}

/** A generated track where the browser has it, else a canvas that nobody sees. */
export function createFrameSink(): FrameSink {
  return window.MediaStreamTrackGenerator ? generated(new window.MediaStreamTrackGenerator({ kind: "video" })) : painted();
}

function generated(track: TrackGenerator): FrameSink {
  const writer = track.writable.getWriter();
  return {
    stream: new MediaStream([track]),
    show(frame) {
      // The writer takes the frame over and gives it back; a track that ended refuses it.
      writer.write(frame).catch(() => frame.close());
    },
    close() {
      track.stop();
      writer.close().catch(() => undefined);
    },
  };
}

function painted(): FrameSink {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  const stream = canvas.captureStream();
  return {
    stream,
    show(frame) {
      if (canvas.width !== frame.displayWidth) canvas.width = frame.displayWidth;
      if (canvas.height !== frame.displayHeight) canvas.height = frame.displayHeight;
      context?.drawImage(frame, 0, 0);
      frame.close();
    },
    close() {
      for (const track of stream.getTracks()) track.stop();
    },
  };
}
