package io.diffusion4j.springboot;

import io.diffusion4j.client.GenerationClient;
import io.diffusion4j.client.GenerationException;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** The health of the service, in the types of Spring Boot 3. */
@AutoConfiguration(after = EmbeddedAutoConfiguration.class)
@ConditionalOnClass(HealthIndicator.class)
@ConditionalOnBean(GenerationClient.class)
public class Boot3HealthAutoConfiguration {
  @Bean
  @ConditionalOnMissingBean(name = "diffusion4jHealthIndicator")
  HealthIndicator diffusion4jHealthIndicator(GenerationClient client) {
    return () -> health(client);
  }

  private static Health health(GenerationClient client) {
    try {
      return (client.isServing("") ? Health.up() : Health.outOfService()).build();
    } catch (GenerationException e) {
      return Health.down(e).build();
    }
  }
}
