/**
 * How optional modules are found: nothing lists them.
 *
 * <p>Engines, families of models, HTTP interfaces and formats of data sets are registered in {@code
 * META-INF/services} of their own jars. A jar that is taken off the class path takes its abilities
 * along, and a new one is used without a change of anything else.
 *
 * <pre>{@code
 * List<Runnable> found = ServiceProviders.of(Runnable.class);
 * found.forEach(Runnable::run);
 * }</pre>
 *
 * <p>{@link io.diffusion4j.diffusion.spi.ServiceProviders} is the only type. It differs from {@link
 * java.util.ServiceLoader} in one thing: a provider that cannot be loaded, for example because a
 * library of its module is absent, is left out with a warning, which names its jar and the missing
 * class. The others are found as before.
 *
 * <ul>
 *   <li>The class loader is that of the service's interface, so a plugin cannot hide a provider of
 *       the program.
 *   <li>The order is that of the class path and of the lines in each file. A service whose order
 *       matters, such as the engines, sorts by a property of its own.
 *   <li>A provider does little when it is created: natives are loaded at the first use.
 * </ul>
 */
@NullMarked
package io.diffusion4j.diffusion.spi;

import org.jspecify.annotations.NullMarked;
