package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.serving.observability.ServingListener;
import io.grpc.Status.Code;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** If a client does not read its stream, the stream and its work end. */
@Timeout(60)
class StalledStreamTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  private final CompletableFuture<Code> streamEnded = new CompletableFuture<>();

  /** Records the status of a stream on the server. */
  private final class StreamEnd extends AbstractModule implements ServingListener {
    @Override
    protected void configure() {
      Multibinder.newSetBinder(binder(), ServingListener.class).addBinding().toInstance(this);
    }

    @Override
    public void callEnded(CallEnd call) {
      if (call.method().endsWith("StreamGenerateImages")) {
        streamEnded.complete(call.code());
      }
    }
  }

  @Test
  void aStreamThatIsNotReadEndsWithAStatusAndItsWorkStops() throws Exception {
    var gate = new Gate();
    Module module = new StreamEnd();
    var config = CONFIG.withRows(1).withStall(SHORT);
    try (var server = new TestServer(config, module, ToyModel.named("toy", gate::accept))) {
      Call stalled = Call.startWithoutReading(server.channel, request("x").setImageCount(10));
      for (int calls = 0; calls < 4 * ToyModel.BATCH; calls++) {
        gate.step(); // the images of the first batch, more than the send buffers hold
      }
      server.awaitUnfinished(0); // before the others are drawn
      assertThat(streamEnded.get(20, TimeUnit.SECONDS)).isEqualTo(Code.RESOURCE_EXHAUSTED);
      stalled.read();
      assertThat(stalled.end().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(stalled.end().getDescription())
          .isEqualTo("the client read nothing for 0.3 s; retry with the same request_id");
      gate.open();
      assertThat(server.blocking().generateImages(request("another").build()).getImagesCount())
          .isEqualTo(1);
    }
  }
}
