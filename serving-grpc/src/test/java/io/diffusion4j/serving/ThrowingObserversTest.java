package io.diffusion4j.serving;

import static io.diffusion4j.serving.TestServer.CONFIG;
import static io.diffusion4j.serving.TestServer.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.AbstractModule;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.util.Modules;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.auth.Principal;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.jobs.JobEvent;
import io.diffusion4j.serving.jobs.JobObserver;
import io.diffusion4j.serving.jobs.JobRegistry;
import io.diffusion4j.serving.jobs.JobScheduler;
import io.diffusion4j.serving.observability.ServingListener;
import io.diffusion4j.serving.observability.ServingListener.BatchEnd;
import io.diffusion4j.serving.observability.ServingListener.CallEnd;
import io.diffusion4j.serving.request.ImageFile;
import io.diffusion4j.serving.request.RequestResolver;
import io.diffusion4j.serving.v1.GenerateImagesRequest;
import io.diffusion4j.serving.v1.PreviewOptions;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A failing observer stops neither the thread that draws nor other requests. */
@Timeout(60)
class ThrowingObserversTest {
  /** One thread draws for all requests. If it ended, nothing would be drawn. */
  private static final ServerConfig ONE_ROW = CONFIG.withRows(1);

  private final Gate gate = new Gate();

  /** Gathers images, and throws at this event. */
  private static final class Observer implements JobObserver {
    final CompletableFuture<Status> end = new CompletableFuture<>();
    final List<ImageFile> images = new ArrayList<>();
    private final String fault;

    Observer(String fault) {
      this.fault = fault;
    }

    @Override
    public void event(JobEvent event) {
      inform(event.getClass().getSimpleName().toLowerCase(Locale.ROOT));
      if (event instanceof JobEvent.Finished) {
        end.complete(Status.OK);
      }
    }

    @Override
    public boolean wantsPreview() {
      inform("wantsPreview");
      return true;
    }

    @Override
    public void image(ImageFile image) {
      images.add(image);
      inform("image");
    }

    @Override
    public void failed(StatusRuntimeException error) {
      end.complete(error.getStatus());
      inform("failed");
    }

    private void inform(String what) {
      if (what.equals(fault)) {
        throw new IllegalStateException("secret: " + what);
      }
    }
  }

  /** The service without a port. */
  private record Wired(JobRegistry jobs, RequestResolver resolver, JobScheduler scheduler)
      implements AutoCloseable {
    static Wired of(ImagePipeline engine) {
      Injector injector = TestServer.injector(ONE_ROW, Modules.EMPTY_MODULE, engine);
      return new Wired(
          injector.getInstance(JobRegistry.class),
          injector.getInstance(RequestResolver.class),
          injector.getInstance(JobScheduler.class));
    }

    void join(GenerateImagesRequest request, JobObserver observer) {
      jobs.join(Principal.ANYBODY, resolver.resolve(request), Optional.empty(), observer);
    }

    void assertDraws() throws Exception {
      var another = new Observer("nothing");
      join(watched("another"), another);
      assertThat(end(another)).isEqualTo(Status.OK);
      assertThat(another.images).hasSize(1);
      assertThat(jobs.unfinished()).isZero();
    }

    @Override
    public void close() {
      try {
        scheduler.shutdown(Duration.ZERO);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"started", "progress", "wantsPreview", "preview", "image", "finished"})
  void anObserverThatThrowsFailsItsOwnCallOnly(String fault) throws Exception {
    try (var wired = Wired.of(ToyModel.named("toy", gate::accept))) {
      var runs = new Observer("nothing");
      wired.join(
          watched("runs"), runs); // so that both observers are attached before the next image
      gate.awaitCall();
      var request = watched("shared");
      var faulty = new Observer(fault);
      var other = new Observer("nothing");
      wired.join(request, faulty);
      wired.join(request, other);
      gate.open();

      assertThat(end(other)).isEqualTo(Status.OK);
      assertThat(other.images).hasSize(1);
      Status refused = end(faulty);
      assertThat(refused.getCode()).isEqualTo(Status.Code.INTERNAL);
      assertThat(refused.getDescription())
          .contains(request.getRequestId())
          .doesNotContain("secret");
      assertThat(end(runs)).isEqualTo(Status.OK);
      wired.assertDraws();
    }
  }

  @Test
  void aRequestWhoseOnlyObserverThrowsIsNotDrawnAnyMore() throws Exception {
    try (var wired = Wired.of(ToyModel.named("toy", gate::accept))) {
      var faulty = new Observer("started");
      wired.join(watched("faulty"), faulty);
      assertThat(end(faulty).getCode()).isEqualTo(Status.Code.INTERNAL);
      gate.open();
      wired.assertDraws();
      assertThat(gate.calls()).isEqualTo(4);
    }
  }

  @Test
  void anObserverThatThrowsAtOnceLeavesNoRequestBehind() throws Exception {
    try (var wired = Wired.of(ToyModel.named("toy"))) {
      var faulty = new Observer("accepted");
      assertThatThrownBy(() -> wired.join(watched("faulty"), faulty))
          .isInstanceOf(IllegalStateException.class);
      assertThat(wired.jobs().unfinished()).isZero();
      wired.assertDraws();
    }
  }

  @Test
  void anObserverThatThrowsAtTheEndLeavesTheWorkerAlone() throws Exception {
    var calls = new AtomicInteger();
    var model =
        ToyModel.named(
            "toy",
            query -> {
              if (calls.getAndIncrement() == 0) {
                throw new IllegalStateException("a network that fails once");
              }
            });
    try (var wired = Wired.of(model)) {
      var faulty = new Observer("failed");
      wired.join(watched("faulty"), faulty);
      assertThat(end(faulty).getCode()).isEqualTo(Status.Code.INTERNAL);
      wired.assertDraws();
    }
  }

  /** A listener that throws at every event. */
  private static final class BadListener extends AbstractModule implements ServingListener {
    final AtomicInteger notified = new AtomicInteger();

    @Override
    protected void configure() {
      Multibinder.newSetBinder(binder(), ServingListener.class).addBinding().toInstance(this);
    }

    private void fail() {
      notified.incrementAndGet();
      throw new IllegalStateException("a listener that always fails");
    }

    @Override
    public void callEnded(CallEnd call) {
      fail();
    }

    @Override
    public void queueChanged(int depth) {
      fail();
    }

    @Override
    public void requestBegan(Duration waited) {
      fail();
    }

    @Override
    public void batchBegan(String model, int images) {
      fail();
    }

    @Override
    public void batchEnded(String model, int images, BatchEnd end) {
      fail();
    }

    @Override
    public void stepTaken(String stage, int images, Duration time) {
      fail();
    }
  }

  @Test
  void aListenerThatThrowsDoesNotReachTheRequest() throws Exception {
    var bad = new BadListener();
    Module module = bad;
    try (var server = new TestServer(ONE_ROW, module, ToyModel.named("toy"))) {
      for (int i = 0; i < 2; i++) {
        var answer = server.blocking().generateImages(request("x").build());
        assertThat(answer.getImagesCount()).isEqualTo(1);
      }
      assertThat(bad.notified.get()).isPositive();
    }
  }

  private static GenerateImagesRequest watched(String prompt) {
    return request(prompt)
        .setRequestId(UUID.randomUUID().toString())
        .setPreview(PreviewOptions.newBuilder().setEverySteps(1))
        .build();
  }

  private static Status end(Observer observer) throws Exception {
    return observer.end.get(20, TimeUnit.SECONDS);
  }
}
