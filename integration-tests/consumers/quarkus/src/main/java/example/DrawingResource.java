package example;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.Requests;
import io.smallrye.common.annotation.Blocking;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;

// snippet: resource
@Path("/draw")
public class DrawingResource {
  private final GenerationClient client;

  public DrawingResource(GenerationClient client) {
    this.client = client;
  }

  @GET
  @Blocking
  @Produces("image/png")
  public byte[] draw(@QueryParam("prompt") String prompt) {
    return client.generate(Requests.textToImage(prompt).build()).images().get(0).png();
  }
}
// end snippet
