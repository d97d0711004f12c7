package io.diffusion4j.springboot.test;

import com.google.inject.AbstractModule;
import com.google.inject.Guice;
import com.google.inject.multibindings.Multibinder;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.serving.DiffusionServer;
import io.diffusion4j.serving.ServingModule;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.springboot.Diffusion4jAutoConfiguration;
import io.diffusion4j.springboot.Diffusion4jProperties;
import io.diffusion4j.springboot.EmbeddedAutoConfiguration;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.UUID;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/**
 * A {@link GenerationClient} of the {@link FakePipeline}, which precedes a server and a model. If
 * the test has a client of its own, nothing is started.
 */
@AutoConfiguration(before = Diffusion4jAutoConfiguration.class)
@ConditionalOnMissingBean(GenerationClient.class)
@EnableConfigurationProperties(Diffusion4jProperties.class)
public class StandInAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean
  ImagePipeline imagePipeline() {
    return FakePipeline.pipeline();
  }

  @Bean(destroyMethod = "close")
  StandInService standInService(ImagePipeline pipeline, Diffusion4jProperties properties)
      throws IOException {
    return StandInService.start(pipeline, EmbeddedAutoConfiguration.settings(properties));
  }

  /** Closed with the service. */
  @Bean(destroyMethod = "")
  GenerationClient generationClient(StandInService service) {
    return service.client();
  }

  /** The service of one pipeline in this process, and its client. */
  record StandInService(DiffusionServer server, GenerationClient client) implements AutoCloseable {
    static StandInService start(ImagePipeline pipeline, ServerConfig config) {
      String name = "stand-in-" + UUID.randomUUID();
      var server =
          Guice.createInjector(
                  new ServingModule(config),
                  new AbstractModule() {
                    @Override
                    protected void configure() {
                      Multibinder.newSetBinder(binder(), ImagePipeline.class)
                          .addBinding()
                          .toInstance(pipeline);
                    }
                  })
              .getInstance(DiffusionServer.class);
      try {
        return new StandInService(server.startInProcess(name), GenerationClient.inProcess(name));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot serve in this process: " + e.getMessage(), e);
      }
    }

    /** Lets running requests finish, and closes the client afterwards. */
    @Override
    public void close() {
      try (client) {
        server.close();
      }
    }
  }
}
