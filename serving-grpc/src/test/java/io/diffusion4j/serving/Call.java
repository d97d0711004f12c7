package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.GenerationServiceGrpc;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse.EventCase;
import io.grpc.Channel;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A streaming call in the background. */
final class Call
    implements ClientResponseObserver<GenerateImagesRequest, StreamGenerateImagesResponse> {
  final List<StreamGenerateImagesResponse> events = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Status> end = new CompletableFuture<>();
  private final CompletableFuture<StreamGenerateImagesResponse> first = new CompletableFuture<>();

  private final Semaphore imagesDone = new Semaphore(0);

  @SuppressWarnings("NullAway.Init") // set by gRPC before the call starts
  private ClientCallStreamObserver<GenerateImagesRequest> call;

  private final boolean reading;

  private Call(boolean reading) {
    this.reading = reading;
  }

  static Call start(Channel channel, GenerateImagesRequest.Builder request) {
    Call call = new Call(true);
    GenerationServiceGrpc.newStub(channel).streamGenerateImages(request.build(), call);
    return call;
  }

  /** A call whose client does not read until {@link #read}. */
  static Call startWithoutReading(ManagedChannel channel, GenerateImagesRequest.Builder request) {
    Call call = new Call(false);
    GenerationServiceGrpc.newStub(channel).streamGenerateImages(request.build(), call);
    return call;
  }

  @Override
  public void beforeStart(ClientCallStreamObserver<GenerateImagesRequest> stream) {
    call = stream;
    if (!reading) {
      stream.disableAutoRequestWithInitial(0);
    }
  }

  @Override
  public void onNext(StreamGenerateImagesResponse event) {
    events.add(event);
    first.complete(event);
    if (event.hasImageDone()) {
      imagesDone.release();
    }
  }

  @Override
  public void onError(Throwable t) {
    var status = t instanceof StatusRuntimeException e ? e.getStatus() : Status.UNKNOWN;
    first.completeExceptionally(t);
    end.complete(status);
  }

  @Override
  public void onCompleted() {
    end.complete(Status.OK);
  }

  void cancel() {
    call.cancel("the test has seen enough", null);
  }

  void read() {
    call.request(1_000_000);
  }

  /** Waits until the request is accepted, and returns the number of requests ahead. */
  int queuePosition() throws InterruptedException {
    var event = await(first);
    assertThat(event.getEventCase()).isEqualTo(EventCase.ACCEPTED);
    return event.getAccepted().getQueuePosition();
  }

  /** Waits until the request is accepted or refused, and returns whether it was accepted. */
  boolean isAccepted() throws InterruptedException {
    try {
      return first.get(20, TimeUnit.SECONDS).hasAccepted();
    } catch (ExecutionException e) {
      return false;
    } catch (TimeoutException e) {
      throw new AssertionError(e);
    }
  }

  /** Waits for this many more images. */
  void awaitImages(int count) throws InterruptedException {
    assertThat(imagesDone.tryAcquire(count, 30, TimeUnit.SECONDS)).isTrue();
  }

  Status end() throws InterruptedException {
    return await(end);
  }

  /** The result of the call. */
  Future<Status> whenEnded() {
    return end;
  }

  boolean hasEnded() {
    return end.isDone();
  }

  private static <T> T await(CompletableFuture<T> future) throws InterruptedException {
    try {
      return future.get(20, TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw new AssertionError(e);
    }
  }
}
