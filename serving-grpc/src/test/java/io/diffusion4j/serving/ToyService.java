package io.diffusion4j.serving;

import io.diffusion4j.serving.client.GenerationClient;
import io.diffusion4j.serving.v1.StageOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.UUID;

/** A service in this process whose networks are three lines each, for what is built on a client. */
public final class ToyService implements AutoCloseable {
  /** The name of its model. */
  public static final String MODEL = "toy";

  /** Height and width of its images. */
  public static final int IMAGE_SIZE = ToyModel.LARGE;

  private final DiffusionServer server;
  private final GenerationClient client;

  /** Starts it. */
  public ToyService() {
    String name = UUID.randomUUID().toString();
    server = TestServer.wire(TestServer.CONFIG, ToyModel.named(MODEL));
    try {
      server.startInProcess(name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    client = GenerationClient.inProcess(name);
  }

  /** Asks it. */
  public GenerationClient client() {
    return client;
  }

  /** Options that ask its decoder for so many steps. */
  public static Map<String, StageOptions> decoderSteps(int steps) {
    return Map.of("decoder", TestServer.steps(steps));
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
