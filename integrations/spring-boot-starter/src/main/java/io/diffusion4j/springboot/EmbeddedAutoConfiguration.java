package io.diffusion4j.springboot;

import com.google.inject.AbstractModule;
import com.google.inject.Module;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.util.Modules;
import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.diffusion.pipeline.ImagePipeline;
import io.diffusion4j.local.LocalGeneration;
import io.diffusion4j.local.LocalModels;
import io.diffusion4j.local.LocalServer;
import io.diffusion4j.local.PackagedModel;
import io.diffusion4j.local.ServerProgram;
import io.diffusion4j.serving.config.ServerConfig;
import io.diffusion4j.serving.config.ServerConfig.ModelEntry;
import io.diffusion4j.serving.file.SettingsTree;
import io.diffusion4j.serving.observability.ServiceMeters;
import io.diffusion4j.serving.observability.ServingListener;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;

/**
 * A model in the application: {@link LocalGeneration} with its pipeline and client. If the
 * application has a {@link GenerationClient} bean already, nothing is loaded.
 */
@AutoConfiguration(after = Diffusion4jAutoConfiguration.class)
@ConditionalOnClass(LocalGeneration.class)
@ConditionalOnMissingBean(GenerationClient.class)
public class EmbeddedAutoConfiguration {
  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  LocalModels localModels(Diffusion4jProperties properties) throws IOException {
    ServerProgram program = program(properties);
    return LocalServer.load(program.settings(), program);
  }

  /** Returns the settings of a server in the properties, whose defaults are those of a server. */
  public static ServerConfig settings(Diffusion4jProperties properties) throws IOException {
    SettingsTree tree =
        properties.config().isPresent()
            ? SettingsTree.read(Path.of(properties.config().get()))
            : SettingsTree.empty();
    properties.rows().ifPresent(rows -> tree.put("rows", rows));
    properties.queueCapacity().ifPresent(queue -> tree.put("queue", queue));
    properties.grace().ifPresent(grace -> tree.put("grace-seconds", grace.toSeconds()));
    properties.loras().forEach((name, file) -> tree.put("loras[" + name + "]", file));
    return tree.setAll(properties.serve()).as(ServerConfig.class);
  }

  private static ServerProgram program(Diffusion4jProperties properties) {
    return () -> {
      ServerConfig config = settings(properties);
      return config.models().isEmpty()
          ? config.withModels(List.of(ModelEntry.of(folder(properties.model()))))
          : config;
    };
  }

  private static Path folder(String model) {
    Path folder = Path.of(model);
    return Files.isDirectory(folder) || folder.getNameCount() > 1
        ? folder
        : PackagedModel.unpack(model);
  }

  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  LocalGeneration localGeneration(
      LocalModels models, Diffusion4jProperties properties, ObjectProvider<MeterRegistry> meters)
      throws IOException {
    MeterRegistry registry = meters.getIfUnique();
    Module more = registry == null ? Modules.EMPTY_MODULE : bound(registry);
    return properties.config().isPresent() || !properties.serve().isEmpty()
        ? LocalGeneration.serve(models, program(properties), more)
        : LocalGeneration.of(models, settings(properties), more);
  }

  private static Module bound(MeterRegistry registry) {
    return new AbstractModule() {
      @Override
      protected void configure() {
        Multibinder.newSetBinder(binder(), ServingListener.class)
            .addBinding()
            .toInstance(new ServiceMeters(registry));
      }
    };
  }

  /** Closed with the service. */
  @Bean(destroyMethod = "")
  GenerationClient generationClient(LocalGeneration generation) {
    return generation.client();
  }

  /** Closed with the models. */
  @Bean(destroyMethod = "")
  @ConditionalOnMissingBean
  ImagePipeline imagePipeline(LocalModels models) {
    return models.pipelines().get(0);
  }

  /** Lets running requests finish, after the web server has accepted its last request. */
  @Bean
  SmartLifecycle diffusion4jDrain(LocalGeneration generation) {
    return new Drain(generation);
  }

  /**
   * Drains the service when an application stops: after web servers, which stop in higher phases,
   * and before beans are destroyed. A stopped service does not start again.
   */
  private static final class Drain implements SmartLifecycle {
    private final LocalGeneration generation;
    private volatile boolean running;

    Drain(LocalGeneration generation) {
      this.generation = generation;
    }

    @Override
    public void start() {
      running = true;
    }

    @Override
    public void stop() {
      running = false;
      generation.drain();
    }

    @Override
    public boolean isRunning() {
      return running;
    }

    /** Returns the phase of most beans; lower than the phases of web servers. */
    @Override
    public int getPhase() {
      return 0;
    }
  }
}
