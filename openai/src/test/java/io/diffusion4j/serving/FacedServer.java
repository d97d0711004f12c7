package io.diffusion4j.serving;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.serving.client.GenerationClient;
import java.io.IOException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** A toy model on a free port of this machine, with more ways in than gRPC. */
public final class FacedServer implements AutoCloseable {
  /** The name of its model. */
  public static final String MODEL = "toy";

  /** Height and width of its images. */
  public static final int IMAGE_SIZE = ToyModel.LARGE;

  private final Semaphore asked = new Semaphore(0);
  private final Semaphore allowed = new Semaphore(0);
  private final JobRegistry jobs;
  private final DiffusionServer server;

  /**
   * Starts it. It draws nothing until it is let.
   *
   * @param queueCapacity how many requests may wait while another is drawn
   * @param more what the server has beside the service
   */
  public FacedServer(int queueCapacity, Module... more) throws IOException {
    Injector injector =
        Guice.createInjector(
            new ServingModule(TestServer.CONFIG.withWorkers(1).withQueueCapacity(queueCapacity)),
            binder -> {
              Multibinder.newSetBinder(binder, ImageEngine.class)
                  .addBinding()
                  .toInstance(ToyModel.named(MODEL, query -> hold()));
              for (Module module : more) {
                binder.install(module);
              }
            });
    jobs = injector.getInstance(JobRegistry.class);
    server = injector.getInstance(DiffusionServer.class).start();
  }

  private void hold() {
    asked.release();
    allowed.acquireUninterruptibly();
  }

  /** Lets it draw. */
  public FacedServer open() {
    allowed.release(1_000_000);
    return this;
  }

  /** Waits until its decoder is asked for the first time. */
  public void awaitCall() throws InterruptedException {
    assertThat(asked.tryAcquire(30, TimeUnit.SECONDS)).as("the network is asked").isTrue();
  }

  /** Waits until so many requests are left. */
  public void awaitUnfinished(int expected) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (jobs.unfinished() != expected && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(5);
    }
    assertThat(jobs.unfinished()).as("unfinished requests").isEqualTo(expected);
  }

  /** The port it listens on. */
  public int port() {
    return server.port();
  }

  /** A client of the service as it is. */
  public GenerationClient client() {
    return GenerationClient.connect("127.0.0.1:" + server.port());
  }

  @Override
  public void close() {
    open();
    server.close();
  }
}
