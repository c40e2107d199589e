"""Small declarations that are right, from which tests make wrong ones by one change."""

REGIME = """\
regime: small
name: A small scheme
kind: invented
announced: 2028-01-01
believed_share: {value: 0.5, range: [0, 1], mark: assumed}
sensors:
  - sensor: eyes
    kind: camera
    places: [street]
    coverage: {value: 0.5, range: [0.1, 0.9], mark: assumed}
    sees: {jaywalking: 0.8, littering: 0.5}
    identification:
      mode: identify
      gallery: {scope: national, size: 68000000}
      target_fpir: 0.003
      multipliers: {class-1: 1, class-2: 3, class-3: 10}
  - sensor: fines
    kind: register
    reads: [red-light]
    missed_links: 0.05
  - sensor: gates
    kind: camera
    places: [train]
    passages_per_day: 0.05
    identification: {mode: presence, gallery: {scope: national, size: 10000}, fmr: 1.67e-8}
    on_alert: {points: 0}
schemes:
  - scheme: score
    who: everyone
    reads: regime
    disclosed: true
    score:
      start: 100
      floor: 0
      ceiling: 120
      tiers:
        - {tier: good, from: 60}
        - {tier: fair, from: 30}
        - {tier: poor, from: 0}
      hysteresis: 5
      repair:
        - {every_days: 30, points: 1, to: 100}
    catalogue:
      jaywalking: {points: 5, cap_per_day: 5}
      littering: {points: 10}
      red-light: {points: 30}
    association: {points: 2, on: tier-fall, to: [household, friends]}
    lists:
      - {list: no-plane, entry: {tier: poor}, exit: {tier: fair}, refuses: {air: 1.0}}
      - {list: street-ban, entry: {act: littering}, exit: {after_days: 180}}
    offers:
      - {offer: course, tiers: [fair], per_year: 0.15, points: 4, not_on: no-plane}
"""

COUNTRY = """\
country: small
name: A small country
acts_prefix: own
regions: {equal: 4}
attributes:
  stratum:
    shares: {rural: 0.5, town: 0.3, city: 0.2}
    residents_per_km2: {rural: 40, town: 900, city: 2500}
  appearance: {shares: {class-1: 0.7, class-2: 0.3}}
  licence: {by_age: [0, 0.05, 0.7, 0.8, 0.8, 0.8, 0.8, 0.7, 0.5], novice: 0.05}
households: {sizes: {1: 0.4, 2: 0.6}}
ties:
  - {kind: household}
  - {kind: ring, name: friends, reach: 2, sort: {age: 1.0}, noise: 0.3}
propensity: {shape: 0.5, correlation: 0.3}
travel:
  air: {per_year: 1.2, by_income: [0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.2, 1.4, 1.6, 1.8]}
perceived_certainty:
  prior: {offence: 0.2, lawful: 0.05}
  learning: 0.0625
  vicarious: 0.015625
  cross_class: 0.25
  fading: {half_life_days: 180}
  elasticity: {offence: 1.5, lawful: 2.2}
new_acts:
  own:loud-music: {class: incivility, domain: public-space, place: street, words: plays music late}
acts:
  jaywalking: {base: 4, per: person, headroom: 1.7}
  littering: {base: 1.5, per: person, headroom: 1.7}
  red-light: {recorded: 0.0135, per: licence, certainty_now: 0.05, headroom: 1.7}
  own:loud-music: {base: 1, per: person, headroom: 1.7, gradient: {sex: [1, 1], measures: conduct}}
existing: []
burn_in_years: 5
"""

SCENARIO = """\
scenario: small
title: A small scenario
country: country.yaml
start: 2028-01-01
days: 30
people: 1000
arms:
  status-quo: {}
  small: {regime: regime.yaml}
"""
