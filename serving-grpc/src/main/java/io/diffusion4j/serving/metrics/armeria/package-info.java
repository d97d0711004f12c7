/**
 * The meters that Armeria has beside those of the service.
 *
 * <p>Armeria registers its executors at each configuration of a server. A registry accepts a meter
 * only once and warns of the second, and Armeria's default registry belongs to the process, which
 * an application may publish. So each configuration gets a registry that is separate and empty:
 *
 * <pre>{@code
 * ArmeriaMeters.separate(builder);
 * }</pre>
 *
 * <p>Call {@link io.diffusion4j.serving.metrics.armeria.ArmeriaMeters} once for each {@code
 * ServerBuilder}, before it is built. Servers that change their settings at run time, or that share
 * a process as in tests, then start without warnings, and a scrape of {@code /metrics} contains the
 * meters of this service only.
 *
 * <p>The meters of the service itself, such as the length of the queue and the time of a request,
 * are in {@link io.diffusion4j.serving.metrics.ServiceMeters}. Armeria's own meters are
 * deliberately not published: they describe its threads, and the meters of the service describe
 * what clients experience.
 *
 * <p>The registry is composite and empty, so recording a value in it costs next to nothing.
 *
 * <p>This is a package of its own because the ports in {@code io.diffusion4j.serving.http} need it,
 * and {@code io.diffusion4j.serving.metrics} depends on those ports. In one package, the
 * dependencies would form a cycle.
 */
@NullMarked
package io.diffusion4j.serving.metrics.armeria;

import org.jspecify.annotations.NullMarked;
