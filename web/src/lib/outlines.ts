// Outlines as d3-geo wants them: on a sphere, the way round a ring says which side of it is inside.
import { geoArea } from 'd3-geo'
import type { FeatureCollection, Polygon, Position } from 'geojson'

/** The same outlines with every ring the way round that encloses the smaller part of the sphere. */
export function wound(outlines: FeatureCollection): FeatureCollection {
  return {
    ...outlines,
    features: outlines.features.map((feature) => {
      const { geometry } = feature
      if (geometry.type === 'Polygon') return { ...feature, geometry: { ...geometry, coordinates: rings(geometry.coordinates) } }
      if (geometry.type === 'MultiPolygon') return { ...feature, geometry: { ...geometry, coordinates: geometry.coordinates.map(rings) } }
      return feature
    }),
  }
}

function rings(all: Position[][]): Position[][] {
  return all.map((ring, i) => {
    const alone: Polygon = { type: 'Polygon', coordinates: [ring] }
    const inside = geoArea(alone) <= 2 * Math.PI
    return inside === (i === 0) ? ring : [...ring].reverse() // a hole runs the other way
  })
}
