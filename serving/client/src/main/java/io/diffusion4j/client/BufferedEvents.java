package io.diffusion4j.client;

import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Supplier;

/**
 * The events of a call, fetched a little ahead of their reader. A server makes no previews for a
 * client that is not ready, and a client that fetches single events is rarely ready.
 *
 * <p>It has one reader. Ends with the {@link StatusRuntimeException} of the call; an interrupt of
 * the reader cancels it.
 */
final class BufferedEvents
    implements ClientResponseObserver<GenerateImagesRequest, StreamGenerateImagesResponse>,
        Iterator<StreamGenerateImagesResponse> {
  private static final int AHEAD = 16;

  private final BlockingQueue<Supplier<Optional<StreamGenerateImagesResponse>>> events =
      new LinkedBlockingQueue<>();

  @SuppressWarnings("NullAway.Init") // by gRPC, before the call starts
  private ClientCallStreamObserver<GenerateImagesRequest> call;

  private Optional<StreamGenerateImagesResponse> next = Optional.empty();
  private boolean ended;

  @Override
  public void beforeStart(ClientCallStreamObserver<GenerateImagesRequest> started) {
    call = started;
    call.disableAutoRequestWithInitial(AHEAD);
  }

  @Override
  public void onNext(StreamGenerateImagesResponse event) {
    events.add(() -> Optional.of(event));
  }

  @Override
  public void onError(Throwable error) {
    StatusRuntimeException end =
        Status.fromThrowable(error).asRuntimeException(Status.trailersFromThrowable(error));
    events.add(
        () -> {
          throw end;
        });
  }

  @Override
  public void onCompleted() {
    events.add(Optional::empty);
  }

  @Override
  public boolean hasNext() {
    if (next.isEmpty() && !ended) {
      next = take().get();
      ended = next.isEmpty();
    }
    return next.isPresent();
  }

  @Override
  public StreamGenerateImagesResponse next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    StreamGenerateImagesResponse event = next.orElseThrow();
    next = Optional.empty();
    call.request(1);
    return event;
  }

  private Supplier<Optional<StreamGenerateImagesResponse>> take() {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return events.take();
        } catch (InterruptedException e) {
          interrupted = true;
          call.cancel("interrupted", e); // which ends the call, and so this wait
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
