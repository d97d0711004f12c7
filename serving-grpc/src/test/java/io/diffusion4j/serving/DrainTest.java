package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.RetryInfo;
import io.diffusion4j.serving.v1.EmbedTextsRequest;
import io.diffusion4j.serving.v1.EmbeddingServiceGrpc;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A server that shuts down answers every request. */
@Timeout(60)
class DrainTest {
  /** Watches health; the end is the name of a code. */
  private static BlockingQueue<Object> watch(TestServer server) {
    BlockingQueue<Object> seen = new LinkedBlockingQueue<>();
    HealthGrpc.newStub(server.channel)
        .watch(
            HealthCheckRequest.getDefaultInstance(),
            new StreamObserver<>() {
              @Override
              public void onNext(HealthCheckResponse response) {
                seen.add(response.getStatus());
              }

              @Override
              public void onError(Throwable t) {
                seen.add(Status.fromThrowable(t).getCode());
              }

              @Override
              public void onCompleted() {
                seen.add(Code.OK);
              }
            });
    return seen;
  }

  @Test
  void anEmbeddingThatRunsIsFinished() throws Exception {
    var gate = new Gate();
    try (var server = new TestServer(CONFIG, ToyModel.ofHeldTexts("toy", gate))) {
      var embeddings = EmbeddingServiceGrpc.newBlockingStub(server.channel);
      var texts = EmbedTextsRequest.newBuilder().addTexts("runs").build();
      var running = CompletableFuture.supplyAsync(() -> embeddings.embedTexts(texts));
      gate.awaitCall();
      Thread drain = new Thread(server.server::close);
      drain.start();
      TimeUnit.MILLISECONDS.sleep(200);
      assertThat(running).isNotDone();
      gate.open();
      assertThat(running.get(10, TimeUnit.SECONDS).getEmbeddingsCount()).isEqualTo(1);
      drain.join(20_000);
      assertThat(drain.isAlive()).isFalse();
    }
  }

  @Test
  void embeddingsAndWatchesIncluded() throws Exception {
    var gate = new Gate();
    try (var server = new TestServer(CONFIG.withRows(1), ToyModel.named("toy", gate::accept))) {
      var seen = watch(server);
      assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.SERVING);
      Call running = Call.start(server.channel, request("runs"));
      gate.awaitCall();
      var embeddings = EmbeddingServiceGrpc.newBlockingStub(server.channel);
      var texts = EmbedTextsRequest.newBuilder().addTexts("waits").build();
      var waiting =
          CompletableFuture.supplyAsync(() -> Refusal.of(() -> embeddings.embedTexts(texts)));
      TimeUnit.MILLISECONDS.sleep(300); // until it waits for the row
      Thread drain = new Thread(server.server::close);
      drain.start();

      assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.NOT_SERVING);
      Refusal refusal = waiting.get(10, TimeUnit.SECONDS);
      assertThat(refusal.code()).isEqualTo(Code.UNAVAILABLE);
      assertThat(refusal.reason()).isEqualTo("SHUTTING_DOWN");
      assertThat(refusal.detail(RetryInfo.class)).isPresent();
      gate.open();
      assertThat(running.end().isOk()).as("what runs is finished").isTrue();
      assertThat(seen.poll(20, TimeUnit.SECONDS)).as("the watch ends").isEqualTo(Code.CANCELLED);
      drain.join(20_000);
      assertThat(drain.isAlive()).isFalse();
      server.server.awaitTermination();
    }
  }
}
