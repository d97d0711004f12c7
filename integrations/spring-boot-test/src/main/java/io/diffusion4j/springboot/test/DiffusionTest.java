package io.diffusion4j.springboot.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * A test of the parts of an application that draw: Diffusion4J's auto-configuration with a stand-in
 * for the model, and no component or other auto-configuration of the application.
 *
 * <p>Add the beans under test by {@code @Import}. For the whole application, annotate the test with
 * {@code @SpringBootTest} and {@link AutoConfigureDiffusion} instead.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(DiffusionTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@AutoConfigureDiffusion
public @interface DiffusionTest {
  /** Returns properties of the application's environment, as {@code name=value}. */
  String[] properties() default {};
}
