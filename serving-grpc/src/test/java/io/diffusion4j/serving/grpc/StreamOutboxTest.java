package io.diffusion4j.serving.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.diffusion4j.serving.jobs.JobEvent;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse;
import io.diffusion4j.serving.v1.StreamGenerateImagesResponse.EventCase;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StreamOutboxTest {
  private final Reader reader = new Reader();
  private final StreamOutbox outbox = new StreamOutbox(reader, Duration.ofMinutes(1));

  /** A call that takes one event and is ready again when the client has read it. */
  private static final class Reader extends ServerCallStreamObserver<StreamGenerateImagesResponse> {
    private final List<EventCase> received = new ArrayList<>();
    private Runnable onReady = () -> {};
    private boolean ready = true;

    void read() {
      ready = true;
      onReady.run();
    }

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void setOnReadyHandler(Runnable newOnReady) {
      onReady = newOnReady;
    }

    @Override
    public void onNext(StreamGenerateImagesResponse event) {
      received.add(event.getEventCase());
      ready = false;
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setOnCancelHandler(Runnable onCancel) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }

  private void progress() {
    outbox.event(new JobEvent.Progress("decoder", 1, 2, List.of(0), 1, 2, Optional.empty()));
  }

  private void preview() {
    outbox.event(new JobEvent.Preview(0, "decoder", 1, 8, 8, new byte[0]));
  }

  /** In-process, a call is not ready from each event until the client has read it. */
  @Test
  void aReaderThatKeepsPaceGetsThePreviewsOfAllImages() {
    progress();
    assertThat(outbox.wantsPreview()).isTrue();
    preview();
    preview();
    reader.read();
    reader.read();
    assertThat(reader.received)
        .containsExactly(EventCase.PROGRESS, EventCase.PREVIEW, EventCase.PREVIEW);
  }

  @Test
  void aSlowReaderGetsNoPreviewsAndTheLatestProgress() {
    progress();
    progress();
    assertThat(outbox.wantsPreview()).isFalse();
    preview();
    progress();
    reader.read();
    reader.read();
    assertThat(reader.received).containsExactly(EventCase.PROGRESS, EventCase.PROGRESS);
  }
}
