package io.diffusion4j.serving.grpc;

import static java.util.Objects.requireNonNull;

import com.google.common.hash.Hashing;
import com.google.protobuf.ByteString;
import io.diffusion4j.serving.errors.Errors;
import io.diffusion4j.serving.jobs.JobEvent;
import io.diffusion4j.serving.jobs.JobObserver;
import io.diffusion4j.serving.request.ImageFile;
import io.diffusion4j.serving.v1.GeneratedImage;
import io.diffusion4j.serving.v1.ImageChunk;
import io.diffusion4j.serving.v1.ImageDone;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The buffer between a job and a streaming client, with backpressure: events are sent at the pace
 * the client reads. Thread-safe.
 *
 * <p>A slow client gets no previews and only the latest progress. All other events are buffered;
 * image chunks are references into their image. If the client reads nothing for the stall time, the
 * buffer is dropped and the call fails.
 */
final class StreamOutbox implements JobObserver {
  /** The chunk size: small enough to interleave progress, large enough to hide the framing. */
  static final int CHUNK_BYTES = 64 << 10;

  private final ServerCallStreamObserver<StreamGenerateImagesResponse> call;
  private final Duration stall;
  private Runnable leave = () -> {};

  // The fields below are guarded by this.
  private final Queue<Supplier<StreamGenerateImagesResponse>> waiting = new ArrayDeque<>();
  private @Nullable StreamGenerateImagesResponse latest; // progress
  private boolean keepsPace; // the client had read all before the newest progress
  private boolean complete;
  private boolean closed;
  private boolean blocked;
  private long blockedSince;
  private boolean watched;

  /**
   * Creates an empty buffer.
   *
   * @param call the call of the client
   * @param stall the time after which a client that reads nothing is given up
   */
  StreamOutbox(ServerCallStreamObserver<StreamGenerateImagesResponse> call, Duration stall) {
    this.call = call;
    this.stall = stall;
    call.setOnReadyHandler(this::send);
  }

  @Override
  public void onGivingUp(Runnable newLeave) {
    leave = newLeave;
  }

  @Override
  public synchronized void event(JobEvent happened) {
    StreamGenerateImagesResponse event = EventMessages.of(happened);
    if (event.hasProgress()) {
      // Asked before, not after: within a process a call is busy until the client has read.
      keepsPace = call.isReady() && waiting.isEmpty();
      latest = event;
      send();
    } else if (!event.hasPreview() || keepsPace) {
      add(() -> event);
    }
    if (event.hasFinished()) {
      complete = true;
      send();
    }
  }

  @Override
  public synchronized boolean wantsPreview() {
    return keepsPace;
  }

  @Override
  public synchronized void image(ImageFile file) {
    GeneratedImage image = file.message();
    ByteString data = image.getData();
    for (int offset = 0; offset < data.size(); offset += CHUNK_BYTES) {
      int start = offset;
      add(() -> chunk(image, start));
    }
    ImageDone done = ImageDone.newBuilder().setMetadata(image.getMetadata()).build();
    add(() -> StreamGenerateImagesResponse.newBuilder().setImageDone(done).build());
  }

  @Override
  public synchronized void failed(StatusRuntimeException error) {
    waiting.clear();
    if (!closed) {
      closed = true;
      call.onError(error);
    }
  }

  private synchronized void add(Supplier<StreamGenerateImagesResponse> event) {
    latest = null; // outdated by this event
    waiting.add(event);
    send();
  }

  private synchronized void send() {
    boolean moved = false;
    while (!closed && hasWaiting() && call.isReady()) {
      call.onNext(next());
      moved = true;
    }
    if (closed) {
      return;
    }
    if (!hasWaiting()) {
      blocked = false;
      if (complete) {
        closed = true;
        call.onCompleted();
      }
    } else if (moved || !blocked) {
      blocked = true;
      blockedSince = System.nanoTime();
      watch(stall.toNanos());
    }
  }

  private boolean hasWaiting() {
    return !waiting.isEmpty() || latest != null;
  }

  private StreamGenerateImagesResponse next() {
    Supplier<StreamGenerateImagesResponse> event = waiting.poll();
    if (event != null) {
      return event.get();
    }
    StreamGenerateImagesResponse progress = requireNonNull(latest);
    latest = null;
    return progress;
  }

  private void watch(long nanos) {
    if (!watched) {
      watched = true;
      CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS).execute(this::look);
    }
  }

  /** Fails the call if the client read nothing for the stall time; else checks again later. */
  private void look() {
    synchronized (this) {
      watched = false;
      if (closed || !blocked) {
        return;
      }
      long left = stall.toNanos() - (System.nanoTime() - blockedSince);
      if (left > 0) {
        watch(left);
        return;
      }
      failed(Errors.READER_STALLED.error(stall));
    }
    leave.run();
  }

  private static StreamGenerateImagesResponse chunk(GeneratedImage image, int offset) {
    ByteString all = image.getData();
    ByteString data = all.substring(offset, Math.min(offset + CHUNK_BYTES, all.size()));
    var hasher = Hashing.crc32c().newHasher();
    data.asReadOnlyByteBufferList().forEach(hasher::putBytes);
    return StreamGenerateImagesResponse.newBuilder()
        .setImageChunk(
            ImageChunk.newBuilder()
                .setImageIndex(image.getMetadata().getIndex())
                .setOffset(offset)
                .setTotalSize(all.size())
                .setData(data)
                .setCrc32C(hasher.hash().asInt()))
        .build();
  }
}
