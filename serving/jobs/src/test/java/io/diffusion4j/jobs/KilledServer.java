package io.diffusion4j.jobs;

import io.diffusion4j.serving.ToyService;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** A server of jobs in a process of its own, which a test kills. */
final class KilledServer {
  private KilledServer() {}

  /**
   * Serves until it is killed, and prints its port first.
   *
   * @param args the file of the store, and that of the secret of webhooks
   */
  public static void main(String[] args) throws IOException, InterruptedException {
    JobStore store = JobStore.open(Path.of(args[0]), Duration.ofHours(1));
    Webhooks webhooks = Webhooks.read(Path.of(args[1]), true);
    ToyService server = ToyService.onPort(asked -> slowly(), new JobsModule(store, webhooks));
    System.out.println("port " + server.port());
    Thread.sleep(Long.MAX_VALUE);
  }

  private static void slowly() {
    try {
      Thread.sleep(2);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
