package example;

import io.diffusion4j.client.GenerationClient;
import jakarta.enterprise.inject.Disposes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;

// snippet: clients
@Singleton
public class Clients {
  @Produces
  @Singleton
  GenerationClient connect(@ConfigProperty(name = "diffusion4j.server") String server) {
    return GenerationClient.connect(server); // such as localhost:50051
  }

  void close(@Disposes GenerationClient client) {
    client.close();
  }
}
// end snippet
